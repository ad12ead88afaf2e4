import Blocks
import Foundation
import NIOCore
import TestSupport
import Testing

struct ArchiveWriterTests {
    @Test func blocksGoAsTheyStandInTheStore() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let root = try await SampleDisk.odd[4].write(to: store)
            let before = store.statistics.counts
            let bytes = try await SampleArchive.bytes([.init(root: root.digest)], of: store)
            #expect(store.statistics.counts.bytesHashed == before.bytesHashed)
            #expect(store.statistics.counts.framesRead - before.framesRead == 5, "a root, a page and three blocks")
            #expect(bytes.count > BlockSize.bytes && bytes.count < BlockSize.bytes * 2 + 4_000, "two raw blocks and a compressed one")
        }
    }

    @Test func aBlockThatCannotBeReadIsNotPassedOver() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let disks = [SampleDisk.odd[2], SampleDisk.odd[6]]
            var written: [ArchiveWriter.Disk] = []
            for disk in disks { written.append(.init(root: try await disk.write(to: store).digest)) }
            let whole = try await SampleArchive.bytes(written, of: store)

            let lost = TestBlock.digest(TestBlock.compressible(3))
            let frame = try #require(fixture.index.all[lost])
            fixture.disk.flip(frame.pack.fileName, at: Int(frame.offset) + 100)
            var (writer, bytes) = (try ArchiveWriter(metadata: SampleArchive.metadata, disks: written, of: store), [UInt8]())
            await expectStoreError(.damaged) { while let piece = try await writer.next() { bytes += piece.readableBytesView } }
            #expect(writer.position == 1)
            // When it can be read again, the writer goes on where it was.
            fixture.disk.flip(frame.pack.fileName, at: Int(frame.offset) + 100)
            while let piece = try await writer.next() { bytes += piece.readableBytesView }
            #expect(bytes == whole)
        }
    }

    @Test func aRootThatIsNotThereIsAnError() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            await expectStoreError(.notFound) { _ = try await SampleArchive.bytes([.init(root: .zeroBlock)], of: store) }
        }
    }

    @Test func archivesAreAsDocumented() async throws {
        let bytes = try DocumentedFormat.bytes("archive", in: "image-archive.md")
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let roots = try await SampleArchive.restore(Pieces(bytes), into: store)
            #expect(roots.map(\.bytes) == [try DocumentedFormat.bytes("address", in: "block-map.md")])
            let blocks = [0: 1, 1030: 2].mapValues { ByteBuffer(repeating: $0, count: BlockSize.bytes) } as [UInt64: ByteBuffer]
            try await SampleDisk(volumeBytes: 1 << 30, blocks).expect(at: try #require(roots.first), in: store)
            let again = try await SampleArchive.bytes(roots.map { .init(root: $0) }, of: store, metadata: ByteBuffer(string: "{}"))
            #expect(again == bytes, "written is\n\(DocumentedFormat.dump(again))")
        }
    }

    /// A program that knows the documents alone reads what is written.
    @Test func anotherReaderReadsIt() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "archive-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let disks = [SampleDisk.odd[0], SampleDisk.odd[2], SampleDisk.odd[3], SampleDisk.odd[5]]
        try await StoreFixture.run { fixture in
            let bytes = try await SampleArchive.bytes(disks, in: try await fixture.open())
            try Data(bytes).write(to: folder.appending(path: "archive"))
        }
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/read-image-archive")
        let process = try Process.run(script, arguments: [folder.appending(path: "archive").path, folder.path])
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        #expect(try Data(contentsOf: folder.appending(path: "metadata")) == Data(SampleArchive.metadata.readableBytesView))
        for (position, disk) in disks.enumerated() {
            let file = try FileHandle(forReadingFrom: folder.appending(path: "disk-\(position)"))
            #expect(try file.seekToEnd() == disk.volumeBytes)
            for (index, block) in disk.blocks {
                let start = index * UInt64(BlockSize.bytes)
                try file.seek(toOffset: start)
                let length = Int(min(disk.volumeBytes - start, UInt64(BlockSize.bytes)))
                #expect(try file.read(upToCount: length) == Data(block.readableBytesView.prefix(length)))
            }
        }
    }
}
