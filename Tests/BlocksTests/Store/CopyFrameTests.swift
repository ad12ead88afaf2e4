import Blocks
import NIOCore
import TestSupport
import Testing

struct CopyFrameTests {
    private func pair(_ body: (StoreFixture, BlockStore, StoreFixture, BlockStore) async throws -> Void) async throws {
        try await StoreFixture.run { source in
            try await StoreFixture.run { target in
                try await body(source, try await source.open(), target, try await target.open())
            }
        }
    }

    @Test func contentArrivesUnderItsAddressWithoutBeingHashed() async throws {
        try await pair { _, source, targetFixture, target in
            let writer = source.writer()
            let blocks = [TestBlock.compressible(1), TestBlock.incompressible(2)]
            let digests = try await [writer.put(blocks[0]), writer.put(blocks[1])]
            let page = try BlockMapPage([(slot: 1, digest: digests[0]), (slot: 2, digest: digests[1])])
            let root = try BlockMapRoot(volumeBytes: 1 << 30, entries: [.init(page: 0, blockCount: 2, digest: page.digest)])
            try await writer.put(page: page)
            try await writer.put(root: root)
            try await writer.flush()

            let into = target.writer()
            for address in digests + [page.digest, root.digest] {
                let first = try await source.copyFrame(address, to: into)
                #expect(first.moved)
                #expect(first.storedBytes > 96)
                let second = try await source.copyFrame(address, to: into)
                #expect(second == (false, 0))
            }
            try await into.flush()
            #expect(target.statistics.counts.bytesHashed == 0)
            #expect(target.statistics.counts.framesAppended == 4)
            for (digest, block) in zip(digests, blocks) { #expect(try await target.read(digest) == block) }
            #expect(try await target.readPage(page.digest) == page)
            #expect(try await target.readRoot(root.digest) == root)
            #expect(try await targetFixture.scrub().isClean)
            #expect(try await source.copyFrame(digests[0], to: target.writer()) == (false, 0))
        }
    }

    @Test func whatIsNotFlushedInTheSourceCanBeCopied() async throws {
        try await pair { _, source, _, target in
            let digest = try await source.writer().put(TestBlock.compressible(1))
            let writer = target.writer()
            #expect(try await source.copyFrame(digest, to: writer).moved)
            try await writer.flush()
            #expect(try await target.read(digest) == TestBlock.compressible(1))
        }
    }

    @Test func damageStaysWhereItIs() async throws {
        try await pair { sourceFixture, source, targetFixture, target in
            let writer = source.writer()
            let digest = try await writer.put(TestBlock.compressible(1))
            try await writer.flush()
            let location = try #require(sourceFixture.index.all[digest])
            sourceFixture.disk.flip(location.pack.fileName, at: Int(location.offset) + 100)
            let into = target.writer()
            await expectStoreError(.damaged) { _ = try await source.copyFrame(digest, to: into) }
            await expectStoreError(.notFound) { _ = try await source.copyFrame(Digest(sha256: [1]), to: into) }
            try await into.flush()
            #expect(targetFixture.index.all.isEmpty)
            // The failed attempt does not stand in the way of a good one.
            try await into.put(TestBlock.compressible(1))
            try await into.flush()
            #expect(try await target.read(digest) == TestBlock.compressible(1))
        }
    }

    @Test func aPageIsNotCopiedBeforeItsBlocks() async throws {
        try await pair { _, source, _, target in
            let page = try await source.writer().putPage(of: [1, 2, 3])
            let writer = target.writer()
            await expectStoreError(.incomplete) { _ = try await source.copyFrame(page.digest, to: writer) }
            for digest in page.allDigests { _ = try await source.copyFrame(digest, to: writer) }
            #expect(try await source.copyFrame(page.digest, to: writer).moved)
        }
    }

    @Test func manyCopiesAtOnceMoveEachFrameOnce() async throws {
        try await pair { _, source, targetFixture, target in
            let page = try await source.writer().putPage(of: Array(0..<10))
            let writer = target.writer()
            let moved = try await withThrowingTaskGroup(of: Bool.self) { group in
                for digest in page.allDigests + page.allDigests + page.allDigests {
                    group.addTask { try await source.copyFrame(digest, to: writer).moved }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(moved == 10)
            try await writer.flush()
            #expect(targetFixture.index.all.count == 10)
        }
    }
}
