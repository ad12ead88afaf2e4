import Blocks
import NIOCore
import TestSupport
import Testing

/// A disk as its blocks with data.
struct SampleDisk {
    let volumeBytes: UInt64
    let blocks: [UInt64: ByteBuffer]

    init(volumeBytes: UInt64, _ blocks: [UInt64: ByteBuffer] = [:]) {
        self.volumeBytes = volumeBytes
        self.blocks = blocks
    }

    /// Blocks that compress to a few hundred bytes; a number stands for each.
    init(volumeBytes: UInt64, numbers: [UInt64: UInt64]) {
        self.init(volumeBytes: volumeBytes, numbers.mapValues { TestBlock.compressible($0) })
    }

    /// Puts it into a store; the root comes back.
    func write(to store: BlockStore, in domain: SealDomain = .open) async throws -> BlockMapRoot {
        try await store.withWriter(in: domain) { writer in
            var builder = try BlockMapBuilder(volumeBytes: volumeBytes)
            let pages = DomainPages(store, in: domain)
            for (index, block) in blocks.sorted(by: { $0.key < $1.key }) {
                let digest = try await writer.put(block)
                for page in try await builder.add(index, digest, reading: pages) { try await writer.put(page: page) }
            }
            let (rest, root) = try await builder.finish(reading: pages)
            for page in rest { try await writer.put(page: page) }
            try await writer.put(root: root)
            try await writer.flush()
            return root
        }
    }

    /// Checks that the map under an address holds these blocks and no others.
    func expect(at address: Digest, in store: BlockStore, _ domain: SealDomain = .open, sourceLocation: SourceLocation = #_sourceLocation)
        async throws
    {
        let root = try await store.readRoot(address)
        #expect(root.volumeBytes == volumeBytes, sourceLocation: sourceLocation)
        let reader = BlockMapReader(root: root, reading: DomainPages(store, in: domain))
        let found = try await reader.blocks(limit: .max).blocks
        #expect(found.map(\.index) == blocks.keys.sorted(), sourceLocation: sourceLocation)
        for block in found {
            #expect(try await store.read(block.digest, in: domain) == blocks[block.index], sourceLocation: sourceLocation)
        }
    }
}

extension SampleDisk {
    /// Disks of every odd kind.
    static let odd: [SampleDisk] = [
        SampleDisk(volumeBytes: 0),
        SampleDisk(volumeBytes: 1 << 46),
        SampleDisk(volumeBytes: 5, numbers: [0: 1]),
        SampleDisk(volumeBytes: UInt64(BlockSize.bytes) * 3 + 1, numbers: [1: 2, 3: 1]),
        // The same block again and again, raw ones among others, and the ends of pages.
        SampleDisk(volumeBytes: 2 << 30, [0: TestBlock.incompressible(1), 7: TestBlock.compressible(1), 8: TestBlock.incompressible(1)]),
        SampleDisk(volumeBytes: 2 << 30, numbers: [0: 3, 1023: 4, 1024: 5, 2047: 6, 2048: 3, 4095: 7]),
        SampleDisk(volumeBytes: 1 << 30, numbers: Dictionary(uniqueKeysWithValues: (500..<540).map { ($0, $0 % 3 + 1) })),
        // Many pages with a block or two each, up to the last block of the largest volume.
        SampleDisk(
            volumeBytes: 1 << 46,
            numbers: Dictionary(uniqueKeysWithValues: (0..<200).map { (134_217_727 - $0 * 671_000, $0 % 5 + 10) })
        ),
    ]

    static func random(using generator: inout SeededGenerator) -> SampleDisk {
        let volumeBlocks = UInt64.random(in: 1...5_000, using: &generator)
        var numbers: [UInt64: UInt64] = [:]
        for _ in 0..<Int.random(in: 0...12, using: &generator) {
            numbers[UInt64.random(in: 0..<volumeBlocks, using: &generator)] = UInt64.random(in: 1...6, using: &generator)
        }
        let cut = UInt64.random(in: 0..<UInt64(BlockSize.bytes), using: &generator)
        return SampleDisk(volumeBytes: volumeBlocks * UInt64(BlockSize.bytes) - cut, numbers: numbers)
    }
}
