import Blocks
import Foundation
import TestSupport
import Testing

/// Writers whose bytes may come slowly: no collection waits for them, and none takes what they stored.
@Suite struct HandOverTests {
    @Test(.againstHangs) func aRoundDoesNotWaitAndTakesNothing() async throws {
        try await StoreFixture.run(packBytes: 8_192 + 2_500) { fixture in
            let store = try await fixture.open()
            let dead = try await StoredTree.write([[1, 2, 3], [4, 5]], to: store)
            let writer = store.writer(isHandedOver: true)
            defer { writer.end() }
            // Found before the round, so nothing has marked it; and new.
            #expect(try await writer.contains([dead.pages[0].digest]).count == 1)
            let new = try await writer.put(TestBlock.compressible(9))
            let page = try await writer.putPage(of: [20, 21])
            try await fixture.collect(store)
            let expected = Set([dead.pages[0].digest, new, page.digest] + dead.pages[0].allDigests + page.allDigests)
            #expect(fixture.indexed == expected)
            for address in expected { #expect(TestBlock.digest(try await store.read(address)) == address) }
            // It goes on, through further rounds.
            let later = try await writer.put(TestBlock.compressible(10))
            try await fixture.collect(store)
            #expect(fixture.indexed == expected.union([later]))
        }
    }

    @Test(.againstHangs) func whatNothingRefersToGoesWhenTheWriterHasEnded() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let writer = store.writer(isHandedOver: true)
            _ = try await writer.putPage(of: [1, 2])
            try await fixture.collect(store)
            #expect(!fixture.indexed.isEmpty)
            writer.end()
            try await fixture.collect(store)
            #expect(fixture.indexed.isEmpty)
        }
    }

    /// The row of what a writer has stored comes after any number of rounds.
    @Test(.againstHangs) func aTreeOfManyRoundsIsWhole() async throws {
        try await StoreFixture.run(packBytes: 8_192 + 2_500) { fixture in
            let store = try await fixture.open()
            let writer = store.writer(isHandedOver: true)
            var pages: [BlockMapPage] = []
            for number in 0..<6 as Range<UInt64> {
                pages.append(try await writer.putPage(of: [number * 10, number * 10 + 1, 1]))
                try await fixture.collect(store)
            }
            let root = try BlockMapRoot(
                volumeBytes: UInt64(pages.count * BlockSize.blocksPerPage * BlockSize.bytes),
                entries: pages.enumerated().map {
                    .init(page: UInt32($0.offset), blockCount: UInt16($0.element.count), digest: $0.element.digest)
                }
            )
            let tree = StoredTree(root: try await writer.put(root: root), pages: pages)
            try await writer.flush()
            try await fixture.collect(store)
            writer.end()
            try await fixture.collect(store, keeping: [tree.root])
            #expect(fixture.indexed == tree.addresses)
            try await tree.expectWhole(in: store)
        }
    }

    /// Writers and rounds side by side, in every order that comes: nothing that a writer holds is ever missing.
    @Test(.againstHangs, arguments: 0..<6 as Range<UInt64>) func roundsBesideWritersTakeNothing(seed: UInt64) async throws {
        try await StoreFixture.run(packBytes: 8_192 + 2_500) { fixture in
            let store = try await fixture.open()
            let writers = (0..<3).map { _ in store.writer(isHandedOver: true) }
            defer { for writer in writers { writer.end() } }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, writer) in writers.enumerated() {
                    group.addTask {
                        var generator = SeededGenerator(seed: seed * 10 + UInt64(index))
                        var held: Set<Digest> = []
                        for _ in 0..<30 {
                            // From few, so that they meet what others stored and what was left to go.
                            let numbers = (0..<3).map { _ in UInt64.random(in: 1...24, using: &generator) }
                            if Bool.random(using: &generator) {
                                let page = try await writer.putPage(of: Array(Set(numbers)))
                                held.formUnion(page.allDigests + [page.digest])
                            } else {
                                held.insert(try await writer.put(TestBlock.compressible(numbers[0])))
                            }
                            for address in held { #expect(TestBlock.digest(try await store.read(address)) == address) }
                        }
                    }
                }
                group.addTask { for _ in 0..<12 { try await fixture.collect(store) } }
                try await group.waitForAll()
            }
        }
    }

    /// What cannot be marked is not given up: the round waits as it does for any writer.
    @Test(.againstHangs) func aWriterWhoseFlushFailsHoldsTheRound() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let writer = store.writer(isHandedOver: true)
            _ = try await writer.put(TestBlock.compressible(1))
            fixture.disk.setFaults { $0.call == .sync ? .error(EIO) : nil }
            let syncs = fixture.disk.count(of: .sync)
            let log = EventLog()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    _ = try? await fixture.collect(store)
                    log.append("collected")
                }
                group.addTask {
                    try await until("a sync has failed") { fixture.disk.count(of: .sync) > syncs }
                    fixture.disk.setFaults(nil)
                    log.append("ended")
                    writer.end()
                }
                try await group.waitForAll()
            }
            #expect(log.events == ["ended", "collected"])
        }
    }
}
