import Blocks
import TestSupport

/// Random block maps, and a dictionary as the model of one.
enum RandomMap {
    /// Digests from a small set, so that equal blocks and equal pages happen.
    static func digest(using generator: inout SeededGenerator) -> Digest {
        Digest(sha256: [UInt8.random(in: 0...60, using: &generator)])
    }

    /// About one slot in `density` has data, and at least one.
    static func page(density: Int, using generator: inout SeededGenerator) -> [Int: Digest] {
        var page = [Int.random(in: 0..<BlockSize.blocksPerPage, using: &generator): digest(using: &generator)]
        for slot in 0..<BlockSize.blocksPerPage where generator.oneIn(density) { page[slot] = digest(using: &generator) }
        return page
    }

    /// Blocks of a volume: some runs of data in zeros.
    static func blocks(volumeBlocks: UInt64, using generator: inout SeededGenerator) -> [UInt64: Digest] {
        var blocks: [UInt64: Digest] = [:]
        for _ in 0..<Int.random(in: 0...6, using: &generator) {
            let start = UInt64.random(in: 0..<volumeBlocks, using: &generator)
            for index in start..<min(start + UInt64.random(in: 1...1_500, using: &generator), volumeBlocks) {
                blocks[index] = digest(using: &generator)
            }
        }
        return blocks
    }

    /// The map that a model stands for, and its pages.
    static func build(_ blocks: [UInt64: Digest?], volumeBytes: UInt64, parent: BlockMapRoot?, in pages: PageMemory) async throws
        -> BlockMapRoot
    {
        var builder = try BlockMapBuilder(volumeBytes: volumeBytes, parent: parent)
        for (index, digest) in blocks.sorted(by: { $0.key < $1.key }) {
            for page in try await builder.add(index, digest, reading: pages) { pages.put(page) }
        }
        let (last, root) = try await builder.finish(reading: pages)
        for page in last { pages.put(page) }
        return root
    }
}
