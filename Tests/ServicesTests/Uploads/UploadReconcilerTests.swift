import Blocks
import Domain
import Foundation
import Glibc
import Metadata
import Services
import TestSupport
import Testing

@Suite struct UploadReconcilerTests {
    /// One that cannot be finished does not stand in the way of the others.
    @Test func aBrokenUploadFailsAlone() async throws {
        try await World.run { world in
            var ids: [SnapshotID] = []
            for _ in 0..<5 { ids.append(try await world.start().id) }
            ids.sort()
            let broken = ids[0]
            // A row whose block the store has lost.
            let (now, lost) = (world.clock.now, TestBlock.digest(content(77)).bytes)
            try await world.store(World.home).database.write {
                try UploadTable($0).put([UploadBlock(index: 0, address: lost)], into: broken, at: now)
            }
            for id in ids { if id != broken { try await world.put(1, at: 0, into: id) } }
            for id in ids { try await world.complete(id, blocks: 1) }
            try await world.reconciling {
                for id in ids.dropFirst() {
                    try await until("\(id) is completed") { try await world.state(of: id) == .completed }
                }
                try await until("the broken one has failed") { try await world.state(of: broken) == .error }
            }
            let snapshot = try await world.snapshots(World.home).snapshot(broken.rawValue)
            #expect(snapshot.statusMessage?.isEmpty == false)
            // It can be deleted, and nothing of it is left.
            try await world.snapshots(World.home).delete(broken.rawValue)
        }
    }

    @Test func aParentWithADamagedPageFailsTheChild() async throws {
        try await World.run(faultyDisks: true) { world in
            try await world.reconciling {
                let parent = try await world.snapshot([0: 1, 5: 2])
                let child = try await world.start(parent: parent).id
                try await world.put(3, at: 9, into: child)
                let disk = try #require(world.disks[World.home])
                for name in disk.names { disk.truncate(name, to: 8192) }
                try await world.complete(child, blocks: 1)
                try await until("the child has failed") { try await world.state(of: child) == .error }
            }
        }
    }

    /// A fault that passes is waited out: a snapshot that was sealed is not given up for it.
    @Test func aTemporaryFaultIsTriedAgain() async throws {
        try await World.run(faultyDisks: true) { world in
            let id = try await world.start().id
            try await world.put(1, at: 0, into: id)
            let disk = try #require(world.disks[World.home])
            disk.setFaults { $0.call == .write || $0.call == .sync ? .error(EIO) : nil }
            try await world.complete(id, blocks: 1)
            try await world.reconciling {
                try await until("an attempt has failed") { world.log.entries.contains { $0.message.hasPrefix("Finishing") } }
                #expect(try await world.state(of: id) == .pending)
                disk.setFaults(nil)
                // The log is told of the failure before the row says when it is tried again.
                try await until("the next attempt has its time") {
                    let now = world.clock.now
                    return try await world.store(World.home).database.read { transaction in
                        let table = UploadTable(transaction)
                        return try table.sealed(1, at: now).isEmpty && !table.sealed(1, at: now.addingTimeInterval(2)).isEmpty
                    }
                }
                world.clock.advance(seconds: 2)
                world.store(World.home).uploadsWakeup()
                try await until("it is completed") { try await world.state(of: id) == .completed }
                try await world.expect(id, in: World.home, holds: [0: 1])
            }
        }
    }

    /// As with copies and jobs: an upload belongs to who has its lease, and to the next when that has run out.
    @Test(.againstHangs) func aDeadOwnersUploadIsFinishedWhenItsLeaseHasRunOut() async throws {
        try await World.run { world in
            let (left, free) = (try await world.start().id, try await world.start().id)
            for id in [left, free] {
                try await world.put(1, at: 0, into: id)
                try await world.complete(id, blocks: 1)
            }
            let now = world.clock.now
            try await world.store(World.home).database.write { transaction throws in
                #expect(try LeaseTable(.uploads, transaction).take(left.rawValue, Lease(of: "the dead", at: now), at: now))
            }
            try await world.reconciling {
                try await until("the other is completed") { try await world.state(of: free) == .completed }
                #expect(try await world.state(of: left) == .pending)
                world.clock.advance(seconds: 30.001)
                world.store(World.home).uploadsWakeup()
                try await until("it is taken over") { try await world.state(of: left) == .completed }
                try await world.expect(left, in: World.home, holds: [0: 1])
            }
        }
    }

    /// Whoever was held up for longer than its lease finds the snapshot completed by another, and changes nothing.
    @Test(.againstHangs) func aLateOwnerChangesNothing() async throws {
        try await World.run(faultyDisks: true) { world in
            let id = try await world.start().id
            try await world.put(1, at: 0, into: id)
            let disk = try #require(world.disks[World.home])
            let (gate, writes) = (ThreadGate(), Counter())
            disk.setFaults { event in
                if event.call == .write, writes.add() == 1 { gate.pass() }
                return nil
            }
            try await world.complete(id, blocks: 1)
            try await world.reconciling {
                defer { gate.open() }
                try await until("the first owner stands at the gate") { gate.isReached }
                let second = world.anotherProcess(ahead: 31)
                let reconciler = UploadReconciler(store: try second.store(of: World.home), deployment: second)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await reconciler.run() }
                    try await until("the second has taken it") {
                        let later = world.clock.now.addingTimeInterval(31)
                        return try await world.store(World.home).database.read { try UploadTable($0).sealed(1, at: later).isEmpty }
                    }
                    gate.open()
                    // Told after the row is written: who is cancelled between the two tells nothing.
                    try await until("the second has completed it") { world.log.count("Completed a snapshot") == 1 }
                    group.cancelAll()
                    try await group.waitForAll()
                }
            }
            #expect(world.log.count("Completed a snapshot") == 1)
            try await world.reconciling { try await world.expect(id, in: World.home, holds: [0: 1]) }
        }
    }

    @Test func aFullDiskFailsPutsAndTellsWhy() async throws {
        try await World.run(faultyDisks: true) { world in
            let id = try await world.start().id
            let disk = try #require(world.disks[World.home])
            disk.setFaults { $0.call == .write ? .error(ENOSPC) : nil }
            let fault = await expectFault(.serviceQuotaExceededException, reason: "DEPENDENCY_SERVICE_QUOTA_EXCEEDED") {
                try await world.put(1, at: 0, into: id)
            }
            #expect(fault?.message.contains("us-east-1") == true)
            disk.setFaults(nil)
            try await world.put(1, at: 0, into: id)
            try await world.complete(id, blocks: 1)
            try await world.reconciling {
                try await until("it is completed") { try await world.state(of: id) == .completed }
            }
        }
    }
}
