import Blocks
import Dispatch
import NIOCore
import Synchronization
import TestSupport
import Testing

/// What one collection keeps, frees and waits for.
struct CollectionRoundTests {
    @Test func whatNothingReachesGoesAndItsSpaceWithIt() async throws {
        try await StoreFixture.run(packBytes: 8_192 + 2_500) { fixture in
            let store = try await fixture.open()
            let kept = try await StoredTree.write([[1, 2], [3]], to: store)
            let dead = try await StoredTree.write([[1, 4, 5, 6, 7, 8, 9, 10, 11, 12], [3]], to: store)
            let before = fixture.bytesOnDisk
            let report = try await fixture.collect(store, keeping: [kept.root])
            #expect(fixture.indexed == kept.addresses)
            #expect(report.framesRemoved == dead.addresses.subtracting(kept.addresses).count)
            #expect(report.packsRemoved > 0)
            #expect(fixture.bytesOnDisk < before)
            try await kept.expectWhole(in: store)
            for address in dead.addresses.subtracting(kept.addresses) {
                await expectStoreError(.notFound) { _ = try await store.read(address) }
            }
            #expect(try await fixture.scrub().isClean)

            try await fixture.collect(store)
            #expect(fixture.indexed.isEmpty)
            #expect(fixture.disk.names.isEmpty)
            #expect(try fixture.index.indexedLengths().isEmpty)
        }
    }

    @Test func aSecondRoundFindsNothingToDo() async throws {
        try await StoreFixture.run(packBytes: 8_192 + 2_500) { fixture in
            let store = try await fixture.open()
            let kept = try await StoredTree.write([[1, 2, 3, 4, 5, 6, 7, 8]], to: store)
            _ = try await StoredTree.write([[11, 12, 13, 14, 15, 16]], to: store)
            try await fixture.collect(store, keeping: [kept.root])
            let names = fixture.disk.names
            #expect(try await fixture.collect(store, keeping: [kept.root]) == CollectionReport())
            #expect(fixture.disk.names == names)
        }
    }

    /// What is found while the round runs stays, with all that is under it.
    @Test(arguments: ["block", "page", "root", "contained page", "contained root", "page over blocks"])
    func whatAWriterReliesOnDuringTheRoundStays(what: String) async throws {
        try await StoreFixture.run(packBytes: 8_192 + 2_500) { fixture in
            let store = try await fixture.open()
            let dead = try await StoredTree.write([[1, 2, 3], [4, 5]], to: store)
            let page = dead.pages[0]
            var expected: Set<Digest> = Set([page.digest] + page.allDigests)
            let appended = store.statistics.counts.framesAppended
            _ = try await CollectionRound(store: store).run { _ in
                try await store.withWriter { writer in
                    switch what {
                    case "block": expected = [try await writer.put(TestBlock.compressible(1))]
                    case "page": try await writer.put(page: page)
                    case "contained page": #expect(try await writer.contains([page.digest]) == [page.digest])
                    case "root":
                        try await writer.put(root: try await store.readRoot(dead.root))
                        expected = dead.addresses
                    case "contained root":
                        #expect(try await writer.contains([dead.root]) == [dead.root])
                        expected = dead.addresses
                    default:
                        // A page that is new, over blocks that are not.
                        let other = try BlockMapPage([(slot: 9, digest: page.allDigests[1]), (slot: 10, digest: page.allDigests[2])])
                        expected = Set([try await writer.put(page: other)] + other.allDigests)
                    }
                    try await writer.flush()
                }
            }
            #expect(fixture.indexed == expected)
            if what != "page over blocks" { #expect(store.statistics.counts.framesAppended - appended <= expected.count) }
            for address in expected { #expect(TestBlock.digest(try await store.read(address)) == address) }
        }
    }

    @Test func aRoundWaitsForTheSessionsThatBeganBeforeIt() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let dead = try await StoredTree.write([[1, 2]], to: store)
            let writer = store.writer()
            // Found before the round began, so nothing has marked it.
            #expect(try await writer.contains([dead.pages[0].digest]).count == 1)
            let log = EventLog()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    _ = try await CollectionRound(store: store).run { marker in
                        log.append("marking")
                        try await marker.mark(tree: dead.root)
                    }
                }
                while try fixture.index.generation() == 0 { await Task.yield() }
                let block = try await writer.put(TestBlock.compressible(3))
                #expect(try await store.read(block) == TestBlock.compressible(3))
                log.append("ended")
                writer.end()
                try await group.waitForAll()
            }
            #expect(log.events == ["ended", "marking"])
            // What it stored was flushed and reached by nothing.
            #expect(fixture.indexed == dead.addresses)
        }
    }

    /// Between the look for what is stale and the look for what is there, there must be no room for what nobody has marked.
    @Test func whatAnOlderSessionMakesDurableWhileItIsLookedForStays() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let older = store.writer()
            let block = try await older.put(TestBlock.compressible(1))
            try await withThrowingTaskGroup(of: Void.self) { group in
                let roots = Mutex<[Digest]>([])
                group.addTask {
                    _ = try await CollectionRound(store: store).run { marker in
                        for root in roots.withLock({ $0 }) { try await marker.mark(tree: root) }
                    }
                }
                while try fixture.index.generation() == 0 { await Task.yield() }
                try await store.withWriter { writer in
                    let isFirst = Atomic(true)
                    fixture.index.beforeLocating { _ in
                        guard isFirst.exchange(false, ordering: .relaxed) else { return }
                        let flushed = DispatchSemaphore(value: 0)
                        Task {
                            try? await older.flush()
                            flushed.signal()
                        }
                        flushed.wait()
                    }
                    let present = try await writer.contains([block])
                    fixture.index.beforeLocating(nil)
                    let wasAsked = !isFirst.load(ordering: .relaxed)
                    #expect(wasAsked)
                    if present.isEmpty { try await writer.put(TestBlock.compressible(1)) }
                    let page = try BlockMapPage([(slot: 0, digest: block)])
                    try await writer.put(page: page, over: present)
                    let root = try BlockMapRoot(
                        volumeBytes: UInt64(BlockSize.bytes),
                        entries: [.init(page: 0, blockCount: 1, digest: page.digest)]
                    )
                    let digest = try await writer.put(root: root)
                    try await writer.flush()
                    roots.withLock { $0.append(digest) }
                }
                older.end()
                try await group.waitForAll()
            }
            #expect(try await store.read(block) == TestBlock.compressible(1))
        }
    }

    /// What another session marks between the look for what is marked and the look for what is stale is in neither, and is there.
    @Test func whatAnotherMarksBetweenTwoLooksIsThere() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let block = try await store.withWriter { writer in
                let block = try await writer.put(TestBlock.compressible(1))
                try await writer.flush()
                return block
            }
            let page = try BlockMapPage([(slot: 0, digest: block), (slot: 1, digest: block)])
            _ = try await CollectionRound(store: store).run { _ in
                let generation = try fixture.index.generation()
                fixture.index.beforeStale { _ = try? fixture.index.mark($0, generation: generation) }
                try await store.withWriter { _ = try await $0.put(page: page) }
                fixture.index.beforeStale(nil)
            }
            #expect(fixture.indexed.contains(block))
        }
    }

    @Test func aRoundThatWaitsCanBeCancelled() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let writer = store.writer()
            let round = Task { try await fixture.collect(store) }
            while try fixture.index.generation() == 0 { await Task.yield() }
            round.cancel()
            await #expect(throws: CancellationError.self) { try await round.value }
            writer.end()
            #expect(try await fixture.collect(store) == CollectionReport())
        }
    }

    @Test func twoRoundsAtOnceAreRefused() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            _ = try await CollectionRound(store: store).run { _ in
                await expectStoreError(.busy) { try await fixture.collect(store) }
            }
        }
    }

    /// Nobody knows what is under a page that cannot be read: a repair may bring it back.
    @Test func whileAMapCannotBeReadNothingIsFreed() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let kept = try await StoredTree.write([[1, 2]], to: store)
            let dead = try await StoredTree.write([[3]], to: store)
            let location = try #require(fixture.index.all[kept.pages[0].digest])
            let place = Int(location.offset) + FrameHeader.bytes + 4
            fixture.disk.flip(location.pack.fileName, at: place)
            await expectStoreError(.damaged) { try await fixture.collect(store, keeping: [kept.root]) }
            #expect(fixture.indexed == kept.addresses.union(dead.addresses))
            fixture.disk.flip(location.pack.fileName, at: place)
            try await fixture.collect(store, keeping: [kept.root])
            #expect(fixture.indexed == kept.addresses)
        }
    }

    /// A running copy of the same tree marks what there is of it, and comes first.
    @Test func remainsThatAreMarkedDoNotHideThatAMapCannotBeRead() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let kept = try await StoredTree.write([[1, 2], [3]], to: store)
            let location = try #require(fixture.index.all[kept.pages[0].digest])
            let place = Int(location.offset) + FrameHeader.bytes + 4
            fixture.disk.flip(location.pack.fileName, at: place)
            await expectStoreError(.damaged) {
                _ = try await CollectionRound(store: store).run { marker in
                    try await marker.mark(remainsOf: kept.root)
                    try await marker.mark(tree: kept.root)
                }
            }
            #expect(fixture.indexed == kept.addresses)
            fixture.disk.flip(location.pack.fileName, at: place)
            // Whole again, what was marked as remains is the tree.
            _ = try await CollectionRound(store: store).run { try await $0.mark(remainsOf: kept.root) }
            #expect(fixture.indexed == kept.addresses)
        }
    }

    @Test func aFrameThatDoesNotOpenStaysWhereItIs() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let kept = try await StoredTree.write([[1, 2]], to: store)
            _ = try await StoredTree.write([Array(10..<40)], to: store)
            let damaged = kept.pages[0].allDigests[0]
            let location = try #require(fixture.index.all[damaged])
            fixture.disk.flip(location.pack.fileName, at: Int(location.offset) + FrameHeader.bytes + 4)
            let report = try await fixture.collect(store, keeping: [kept.root])
            #expect(report.framesUnreadable == 1)
            #expect(report.packsRewritten == 0)
            #expect(fixture.indexed == kept.addresses)
            #expect(fixture.index.all[damaged] == location)
            #expect(fixture.disk.names.contains(location.pack.fileName))
            #expect(try await store.read(kept.pages[0].allDigests[1]) == TestBlock.compressible(2))
        }
    }
}
