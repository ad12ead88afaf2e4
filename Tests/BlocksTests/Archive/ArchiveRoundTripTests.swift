import Blocks
import NIOCore
import Synchronization
import TestSupport
import Testing

struct ArchiveRoundTripTests {
    private let box = KeyBox()

    private func open(_ fixture: StoreFixture) async throws -> BlockStore {
        let (disk, index, pool, options, domains) = (fixture.disk, fixture.index, fixture.pool, fixture.options, box.domains())
        return try await pool.run { try BlockStore(storage: disk, index: index, pool: pool, options: options, domains: domains) }
    }

    @Test func oddDisksComeBackWhateverTheirDomains() async throws {
        try await StoreFixture.run { sourceFixture in
            let source = try await open(sourceFixture)
            for domain in [SealDomain.open, try await source.domain(KeyBox.id(1))] {
                var disks: [ArchiveWriter.Disk] = []
                for disk in SampleDisk.odd {
                    disks.append(.init(root: domain.address(of: try await disk.write(to: source, in: domain).digest), in: domain))
                }
                let bytes = try await SampleArchive.bytes(disks, of: source)
                try await StoreFixture.run { fixture in
                    let store = try await open(fixture)
                    for target in [SealDomain.open, try await store.domain(KeyBox.id(2))] {
                        let roots = try await SampleArchive.restore(Pieces(bytes), into: store, in: target)
                        #expect(roots.count == SampleDisk.odd.count)
                        for (disk, root) in zip(SampleDisk.odd, roots) { try await disk.expect(at: root, in: store, target) }
                    }
                }
            }
        }
    }

    @Test func theSameImageMakesTheSameBytesInEveryRegionAndDomain() async throws {
        try await StoreFixture.run { sourceFixture in
            let source = try await open(sourceFixture)
            let bytes = try await SampleArchive.bytes(SampleDisk.odd, in: source)
            #expect(try await SampleArchive.bytes(SampleDisk.odd, in: source) == bytes)
            try await StoreFixture.run { fixture in
                let store = try await open(fixture)
                let domain = try await store.domain(KeyBox.id(1))
                let roots = try await SampleArchive.restore(Pieces(bytes), into: store, in: domain)
                let again = try await SampleArchive.bytes(roots.map { .init(root: $0, in: domain) }, of: store)
                #expect(again == bytes, "what was restored is stored as it was")
            }
        }
    }

    @Test(arguments: seeds(12)) func piecesMayBeCutAnywhere(seed: UInt64) async throws {
        try await StoreFixture.run { fixture in
            var generator = SeededGenerator(seed: seed)
            let disks = (0..<3).map { _ in SampleDisk.random(using: &generator) }
            let store = try await open(fixture)
            let bytes = try await SampleArchive.bytes(disks, in: store)
            for longest in [1, 7, 4_000] {
                let pieces = Pieces(bytes) { _ in Int.random(in: 1...longest, using: &generator) }
                let roots = try await SampleArchive.restore(pieces, into: store)
                for (disk, root) in zip(disks, roots) { try await disk.expect(at: root, in: store) }
            }
        }
    }

    @Test func metadataComeBackAndMayHaveAMebibyte() async throws {
        try await StoreFixture.run { fixture in
            let store = try await open(fixture)
            for count in [0, 1, 1 << 20] {
                let metadata = ByteBuffer(repeating: 0x61, count: count)
                let reader = try await ArchiveReader(Pieces(try await SampleArchive.bytes([], of: store, metadata: metadata)))
                #expect(reader.metadata == metadata)
            }
            #expect(throws: ArchiveError.self) {
                _ = try ArchiveWriter(metadata: ByteBuffer(repeating: 0x61, count: 1 << 20 + 1), disks: [], of: store)
            }
            let disk = ArchiveWriter.Disk(root: .zeroBlock)
            #expect(throws: ArchiveError.self) {
                _ = try ArchiveWriter(metadata: ByteBuffer(), disks: [ArchiveWriter.Disk](repeating: disk, count: 129), of: store)
            }
        }
    }

    @Test func bothSidesTellHowFarTheyAre() async throws {
        try await StoreFixture.run { fixture in
            let store = try await open(fixture)
            let disk = SampleDisk.odd[6]
            let root = try await disk.write(to: store)
            let written = Mutex<Int64>(0)
            var restored: [Int64] = []
            let writer = try ArchiveWriter(metadata: ByteBuffer(), disks: [.init(root: root.digest)], of: store) { bytes in
                written.withLock { $0 += bytes }
            }
            var reader = try await ArchiveReader(writer)
            let archived = try #require(try await reader.nextDisk())
            let address = try await DiskRestore().run(
                archived,
                from: &reader,
                into: store,
                progress: { bytes in
                    restored.append(bytes)
                }
            ) { _ in }
            #expect(address == root.digest)
            #expect(archived.dataBytes == root.dataBytes)
            #expect(written.withLock { $0 } == root.dataBytes)
            #expect(restored == [Int64](repeating: Int64(BlockSize.bytes), count: disk.blocks.count))
        }
    }

    @Test func blocksThatAreNotAskedForArePassedOver() async throws {
        try await StoreFixture.run { fixture in
            let store = try await open(fixture)
            let disks = [SampleDisk.odd[5], SampleDisk.odd[3]]
            var reader = try await ArchiveReader(Pieces(try await SampleArchive.bytes(disks, in: store)))
            #expect(try await reader.nextDisk()?.volumeBytes == disks[0].volumeBytes)
            #expect(try await reader.nextBlock()?.index == 0)
            #expect(try await reader.nextDisk()?.position == 1)
            while try await reader.nextBlock() != nil {}
            #expect(try await reader.nextBlock()?.index == nil)
            #expect(try await reader.nextDisk() == nil)
            #expect(try await reader.nextDisk() == nil)
        }
    }
}
