import Blocks
import Glibc
import Synchronization
import TestSupport
import Testing

/// A round that fails at any of its steps harms nothing, and the next one finishes what it began.
struct CollectionFaultTests {
    @Test(arguments: [EIO, ENOSPC]) func everyStepMayFail(errno: Int32) async throws {
        var step = 1
        while try await roundFails(at: step, errno: errno) { step += 1 }
        // Fewer would mean that the faults do not reach the round.
        #expect(step > 20)
    }

    /// False when the round has fewer steps.
    private func roundFails(at step: Int, errno: Int32) async throws -> Bool {
        var wasMet = false
        try await StoreFixture.run(packBytes: 8_192 + 2_500) { fixture in
            var store = try await fixture.open()
            let kept = try await StoredTree.write([[1, 2], [3]], to: store)
            _ = try await StoredTree.write([[1, 4, 5, 6, 7, 8, 9], [3]], to: store)
            let other = try await StoredTree.write([[21, 22, 23, 24]], to: store)

            let count = Atomic(0)
            let isDue: @Sendable () -> Bool = { count.add(1, ordering: .relaxed).newValue == step }
            fixture.disk.setFaults { _ in isDue() ? .error(errno) : nil }
            fixture.index.failCommits { _ in isDue() ? IOFailure(call: "commit", path: "index", errno: errno) : nil }
            do {
                try await fixture.collect(store, keeping: [kept.root, other.root])
            } catch let error as StoreError {
                #expect(error.code != .busy, "step \(step)")
            }
            fixture.disk.setFaults(nil)
            fixture.index.failCommits(nil)
            wasMet = count.load(ordering: .relaxed) >= step

            // In this process, in the next one, and after one more round.
            for _ in 0..<2 {
                try await kept.expectWhole(in: store)
                try await other.expectWhole(in: store)
                #expect(try await fixture.scrub().isClean, "step \(step)")
                store = try await fixture.open()
            }
            try await fixture.collect(store, keeping: [kept.root, other.root])
            #expect(fixture.indexed == kept.addresses.union(other.addresses), "step \(step)")
            try await fixture.collect(store)
            #expect(fixture.disk.names.isEmpty, "step \(step)")
        }
        return wasMet
    }

    /// Dead frames are still in packs that are partly alive: they come back as what they were, and never as a page without its blocks.
    @Test func anIndexMadeAnewAfterARoundIsSound() async throws {
        try await StoreFixture.run(packBytes: 8_192 + 2_500) { fixture in
            let store = try await fixture.open()
            let kept = try await StoredTree.write([[1, 2, 3, 4, 5, 6]], to: store)
            let dead = try await StoredTree.write([[7], [8, 9, 10, 11, 12, 13, 14, 15, 16]], to: store)
            try await fixture.collect(store, keeping: [kept.root])
            _ = try await RebuildIndex(storage: fixture.disk, index: fixture.index, pool: fixture.pool).run()
            #expect(fixture.indexed.isSuperset(of: kept.addresses))
            let suspects = try fixture.index.suspects(among: nil)
            for page in dead.pages where fixture.indexed.subtracting(suspects).contains(page.digest) {
                #expect(fixture.indexed.isSuperset(of: page.allDigests))
            }
            let reopened = try await fixture.open()
            try await kept.expectWhole(in: reopened)
            try await fixture.collect(reopened, keeping: [kept.root])
            #expect(fixture.indexed == kept.addresses)
        }
    }

    @Test func readersGoOnWhileFramesMove() async throws {
        try await StoreFixture.run(packBytes: 8_192 + 2_500) { fixture in
            let store = try await fixture.open()
            for round in 0..<10 {
                let base = UInt64(round * 100)
                let kept = try await StoredTree.write([[1, 2, 3], [base + 4]], to: store)
                _ = try await StoredTree.write([Array(base + 10..<base + 30)], to: store)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    let log = EventLog()
                    for _ in 0..<2 {
                        group.addTask { while log.events.isEmpty { try await kept.expectWhole(in: store) } }
                    }
                    group.addTask {
                        while log.events.isEmpty {
                            let report = try await fixture.scrub()
                            #expect(report.isClean)
                        }
                    }
                    try await fixture.collect(store, keeping: [kept.root])
                    log.append("collected")
                    try await group.waitForAll()
                }
            }
        }
    }
}
