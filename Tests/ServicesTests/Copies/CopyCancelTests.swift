import Blocks
import Domain
import Glibc
import Services
import TestSupport
import Testing
import Transfer

/// Copies that are called off while they wait and while their bytes move.
@Suite(.againstHangs) struct CopyCancelTests {
    /// Noticed at the next report, and by a pump that never reports, at its end.
    @Test(arguments: [Duration.zero, .seconds(3600)], [true, false])
    func deregisteringStopsACopyThatMovesBytes(reportInterval: Duration, deletesSnapshots: Bool) async throws {
        try await World.run(faultyDisks: true) { world in
            let gate = ThreadGate()
            let disk = try #require(world.disks[World.away])
            try await world.reconciling(engine: CopyEngine(window: 1, reportInterval: reportInterval)) {
                defer { gate.open() }
                let blocks: [Int64: UInt64] = [0: 1, 1: 2, 2: 3, 1024: 4]
                let source = try await world.register("web", over: [try await world.snapshot(blocks)])
                let images = world.images(World.away)
                // The second block stands at the gate; the write before the first is the pack's header.
                disk.setFaults { event in
                    if event.call == .write, event.ordinal == 3 { gate.pass() }
                    return nil
                }
                let id = try await images.copy(.of(source, name: "copy"))
                let copied = try #require(try await world.describe(id)?.snapshotIDs.first)
                try await until("the copy stands at the gate") { gate.isReached }
                let deletions = try await images.deregister(id.rawValue, deletesSnapshots: deletesSnapshots)
                #expect(deletions.map(\.snapshotID) == (deletesSnapshots ? [copied] : []))

                func expectCancelled() async throws {
                    #expect(try await world.describe(id) == nil)
                    if deletesSnapshots {
                        await expectFault(.invalidSnapshotNotFound) { _ = try await world.state(of: copied, in: World.away) }
                    } else {
                        let snapshot = try await world.snapshots(World.away).snapshot(copied.rawValue)
                        #expect(snapshot.state == .error)
                        #expect(snapshot.statusMessage == "The copy was cancelled because \(id) was deregistered while it was pending")
                    }
                }
                try await expectCancelled()
                gate.open()
                try await until("the pump has stopped") { world.log.count("Stopped copying a snapshot") == 1 }
                try await expectCancelled()
                #expect(world.log.count("Copied a snapshot") == 0)
                #expect(world.log.count("Saving a copy failed") == 0)
                #expect(world.log.count("Copying a snapshot failed") == 0)

                // The name is free, and what had been moved is used.
                let again = try await world.end(of: try await images.copy(.of(source, name: "copy")))
                #expect(again.state == .available)
                try await world.expect(again.snapshotIDs[0], in: World.away, holds: blocks)
                try await expectCancelled()
            }
        }
    }

    @Test func deregisteringACopyThatWaitsEndsIt() async throws {
        try await World.run { world in
            var made: ImageID?
            try await world.reconciling { made = try await world.register("web", over: [try await world.snapshot([0: 1])]) }
            let source = try #require(made)
            let images = world.images(World.away)
            let id = try await images.copy(.of(source, name: "copy"))
            let copied = try #require(try await world.describe(id)?.snapshotIDs.first)
            _ = try await images.deregister(id.rawValue, deletesSnapshots: false)
            let kept = try await images.copy(.of(source, name: "kept"))
            try await world.reconciling {
                // Once the later copy is done, the earlier one has been passed over.
                let copy = try await world.end(of: kept)
                #expect(copy.state == .available)
            }
            #expect(try await world.state(of: copied, in: World.away) == .error)
            #expect(world.log.count("Copying a snapshot", snapshot: copied.rawValue) == 0)
            try await world.snapshots(World.away).delete(copied.rawValue)
        }
    }

    /// What becomes of the pump of a cancelled copy is of no interest any more, not even in the log.
    @Test func aCancelledCopyThatFailsStaysCancelled() async throws {
        try await World.run(faultyDisks: true) { world in
            let gate = ThreadGate()
            let disk = try #require(world.disks[World.away])
            try await world.reconciling {
                defer { gate.open() }
                let source = try await world.register("web", over: [try await world.snapshot([0: 1, 1: 2])])
                disk.setFaults { event in
                    guard event.call == .write, event.ordinal == 2 else { return nil }
                    gate.pass()
                    return .error(ENOSPC)
                }
                let id = try await world.images(World.away).copy(.of(source, name: "copy"))
                let copied = try #require(try await world.describe(id)?.snapshotIDs.first)
                try await until("the copy stands at the gate") { gate.isReached }
                _ = try await world.images(World.away).deregister(id.rawValue, deletesSnapshots: false)
                let cancelled = try await world.snapshots(World.away).snapshot(copied.rawValue)
                gate.open()
                try await until("the pump has stopped") { world.log.count("Stopped copying a snapshot") == 1 }
                #expect(world.log.count("Saving a copy failed") == 0)
                #expect(try await world.snapshots(World.away).snapshot(copied.rawValue) == cancelled)
                #expect(try await world.describe(id) == nil)
            }
        }
    }

    @Test func deletingASnapshotStopsItsCopy() async throws {
        try await World.run(faultyDisks: true) { world in
            let gate = ThreadGate()
            let disk = try #require(world.disks[World.away])
            try await world.reconciling(engine: CopyEngine(window: 1, reportInterval: .zero)) {
                defer { gate.open() }
                let source = try await world.snapshot([0: 1, 1: 2])
                disk.setFaults { event in
                    if event.call == .write, event.ordinal == 2 { gate.pass() }
                    return nil
                }
                let snapshots = world.snapshots(World.away)
                let id = try await snapshots.copy(.of(source))
                try await until("the copy stands at the gate") { gate.isReached }
                try await snapshots.delete(id.rawValue)
                gate.open()
                try await until("the pump has stopped") { world.log.count("Stopped copying a snapshot") == 1 }
                #expect(try await snapshots.describe(SnapshotQuery()).elements.isEmpty)
            }
        }
    }
}
