import Blocks
import Domain
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
                world.store(World.home).uploadsWakeup()
                try await until("it is completed") { try await world.state(of: id) == .completed }
                try await world.expect(id, in: World.home, holds: [0: 1])
            }
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
