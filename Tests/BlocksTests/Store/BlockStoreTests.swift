import Blocks
import NIOCore
import TestSupport
import Testing

struct BlockStoreTests {
    @Test func whatIsPutCanBeReadAtOnceAndIsDurableAfterAFlush() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let writer = store.writer()
            let blocks = [TestBlock.compressible(1), TestBlock.incompressible(2)]
            var digests: [Digest] = []
            for block in blocks {
                let digest = try await writer.put(block, expecting: TestBlock.digest(block))
                #expect(digest == TestBlock.digest(block))
                #expect(try await store.read(digest) == block)
                digests.append(digest)
            }
            #expect(try await store.contains(digests).isEmpty, "only durable content counts as contained")
            #expect(fixture.disk.count(of: .sync) == 1, "the header, when the pack was made")
            try await writer.flush()
            #expect(try await store.contains(digests + [Digest(sha256: [1])]) == Set(digests))
            for (digest, block) in zip(digests, blocks) { #expect(try await store.read(digest) == block) }
            #expect(fixture.index.all[digests[0]]?.codec == .zstd)
            #expect(fixture.index.all[digests[1]]?.codec == .raw)
            await expectStoreError(.notFound) { _ = try await store.read(Digest(sha256: [1])) }

            var generator = SeededGenerator(seed: 1)
            fixture.disk.powerCut(using: &generator)
            let reopened = try await fixture.open()
            #expect(reopened.recovery.framesIndexed == 0)
            for (digest, block) in zip(digests, blocks) { #expect(try await reopened.read(digest) == block) }
        }
    }

    @Test func refusesWhatIsNoBlock() async throws {
        try await StoreFixture.run { fixture in
            let writer = try await fixture.open().writer()
            let block = TestBlock.compressible(1)
            await expectStoreError(.digestMismatch) { _ = try await writer.put(block, expecting: Digest(sha256: [1])) }
            await expectStoreError(.invalidBlock) { _ = try await writer.put(ByteBuffer(bytes: [1, 2, 3])) }
            let zeros = ByteBuffer(repeating: 0, count: BlockSize.bytes)
            await expectStoreError(.invalidBlock) { _ = try await writer.put(zeros) }
            #expect(fixture.disk.names.isEmpty, "nothing was written, not even a pack")
            try await writer.flush()
            #expect(fixture.disk.count(of: .sync) == 0, "nothing to flush")
        }
    }

    @Test func contentIsStoredOnce() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let writer = store.writer()
            let block = TestBlock.compressible(1)
            for _ in 0..<3 { try await writer.put(block) }
            try await writer.flush()
            for _ in 0..<3 { try await store.writer().put(block) }
            try await store.writer().flush()
            let counts = store.statistics.counts
            #expect(counts.framesAppended == 1)
            #expect(counts.framesPresent == 5)
            #expect(counts.syncs == 1)
            #expect(counts.indexCommits == 1)
            // A new process makes a new pack and finds the block.
            let reopened = try await fixture.open()
            try await reopened.writer().put(block)
            #expect(reopened.statistics.counts.framesAppended == 0)
            #expect(fixture.disk.names.count == 1)
        }
    }

    @Test func manyPutsOfOneContentStoreItOnce() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let writers = [store.writer(), store.writer()]
            let contents: [UInt64] = [1, 2, 3]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<60 {
                    group.addTask {
                        let block = TestBlock.compressible(contents[number % 3])
                        #expect(try await writers[number % 2].put(block) == TestBlock.digest(block))
                        #expect(try await store.read(TestBlock.digest(block)) == block)
                        if number % 7 == 0 { try await writers[number % 2].flush() }
                    }
                }
                try await group.waitForAll()
            }
            #expect(store.statistics.counts.framesAppended == 3)
            for writer in writers { try await writer.flush() }
            #expect(fixture.index.all.count == 3)
            #expect(try await fixture.scrub().isClean)
        }
    }

    @Test func aJoinerOfAFailedWriteFailsToo() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let writer = store.writer()
            try await writer.put(TestBlock.compressible(9))
            let gate = Gate()
            fixture.disk.setFaults { event in
                guard event.call == .write else { return nil }
                gate.pass()
                return .error(5)
            }
            let block = TestBlock.compressible(1)
            async let first: Void = expectStoreError(.io) { _ = try await writer.put(block) }
            await gate.waitForArrival()
            // The write is held at the disk. Hashing ends for certain before the write is let go, because the hash is counted first.
            let hashed = store.statistics.counts.bytesHashed
            async let second: Void = expectStoreError(.io) { _ = try await writer.put(block) }
            while store.statistics.counts.bytesHashed == hashed { await Task.yield() }
            gate.open()
            _ = await (first, second)
            fixture.disk.setFaults(nil)
            #expect(try await writer.put(block) == TestBlock.digest(block))
            try await writer.flush()
            #expect(try await store.read(TestBlock.digest(block)) == block)
        }
    }

    @Test func packsAreClosedAtTheirSize() async throws {
        try await StoreFixture.run(packBytes: 3 << 20) { fixture in
            let store = try await fixture.open()
            let writer = store.writer()
            var digests: [Digest] = []
            for number in 0..<20 { digests.append(try await writer.put(TestBlock.incompressible(UInt64(number)))) }
            try await writer.put(page: BlockMapPage(digests.enumerated().map { (slot: $0.offset, digest: $0.element) }))
            try await writer.flush()
            #expect(fixture.disk.names.count == 4)
            for name in fixture.disk.names { #expect(fixture.disk.contents(name).count <= 3 << 20) }
            for number in 0..<20 { #expect(try await store.read(digests[number]) == TestBlock.incompressible(UInt64(number))) }
            #expect(try await fixture.scrub().isClean)
            #expect(try fixture.index.indexedLengths().count == 4)
        }
    }

    @Test func mapsAreReadBack() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let writer = store.writer()
            let digests = try await [writer.put(TestBlock.compressible(1)), writer.put(TestBlock.compressible(2))]
            var builder = try BlockMapBuilder(volumeBytes: 2 << 30)
            for (index, digest) in [(UInt64(3), digests[0]), (5, digests[1]), (2_000, digests[0])] {
                for page in try await builder.add(index, digest, reading: store) { try await writer.put(page: page) }
            }
            let (pages, root) = try await builder.finish(reading: store)
            for page in pages { try await writer.put(page: page) }
            let address = try await writer.put(root: root)
            try await writer.flush()
            #expect(try await store.readRoot(address) == root)
            #expect(
                try await store.blocks(of: address, limit: 10)
                    == [(3, 0), (5, 1), (2_000, 0)].map { MappedBlock(index: $0.0, digest: digests[$0.1]) }
            )
            #expect(try await store.blocks(of: address, from: 4, limit: 1).map(\.index) == [5])
            #expect(try await store.changes(from: nil, to: address, startingAt: 5, limit: 10).map(\.index) == [5, 2_000])
            #expect(try await store.changes(from: address, to: address, limit: 10).isEmpty)
            await expectStoreError(.damaged) { _ = try await store.readRoot(digests[0]) }
            await expectStoreError(.damaged) { _ = try await store.readPage(address) }
        }
    }

    @Test func aPageWithoutItsBlocksIsRefused() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let writer = store.writer()
            let digest = try await writer.put(TestBlock.compressible(1))
            let page = try BlockMapPage([(slot: 0, digest: digest), (slot: 1, digest: Digest(sha256: [1]))])
            await expectStoreError(.incomplete) { _ = try await writer.put(page: page) }
            let root = try BlockMapRoot(volumeBytes: 1 << 30, entries: [.init(page: 0, blockCount: 2, digest: page.digest)])
            await expectStoreError(.incomplete) { _ = try await writer.put(root: root) }
            // The refusal leaves nothing behind that would make the page seem present.
            let half = try BlockMapPage([(slot: 0, digest: digest)])
            #expect(try await writer.put(page: half) == half.digest)
            try await writer.flush()
            #expect(try await store.contains([page.digest, half.digest]) == [half.digest])
        }
    }

    @Test func aClosedStoreIsDurableAndRefusesAppends() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let writer = store.writer()
            let digest = try await writer.put(TestBlock.compressible(1))
            try await store.close()
            #expect(try await store.contains([digest]) == [digest])
            await expectStoreError(.closed) { _ = try await writer.put(TestBlock.compressible(2)) }
            try await writer.flush()
            #expect(try await store.read(digest) == TestBlock.compressible(1))
        }
    }

    @Test func aPoolThatIsShutDownFailsEverything() async throws {
        let pool = DiskPool(threads: 1)
        let (disk, index) = (FaultyDisk(), MemoryFrameIndex())
        let store = try BlockStore(storage: disk, index: index, pool: pool)
        let writer = store.writer()
        try await writer.put(TestBlock.compressible(1))
        try await pool.shutdown()
        await expectStoreError(.closed) { _ = try await writer.put(TestBlock.compressible(2)) }
        await expectStoreError(.closed) { _ = try await store.contains([Digest.zeroBlock]) }
        await expectStoreError(.lostWrites) { try await writer.flush() }
    }

    @Test func aCancelledPutIsEitherDoneOrNot() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let writer = store.writer()
            let block = TestBlock.compressible(1)
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await writer.put(block)
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await writer.put(block) == TestBlock.digest(block))
            try await writer.flush()
            #expect(fixture.index.all.count == 1)
        }
    }
}
