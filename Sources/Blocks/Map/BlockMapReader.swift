/// A block of a map: where it stands and what it holds.
package struct MappedBlock: Hashable, Sendable {
    package let index: UInt64
    package let digest: Digest

    package init(index: UInt64, digest: Digest) {
        self.index = index
        self.digest = digest
    }
}

/// Where the pages of a block map are read from.
package protocol BlockMapSource: Sendable {
    func readPage(_ digest: Digest) async throws -> BlockMapPage
}

/// Lists the blocks of a map in order, reading only the pages that it needs.
package struct BlockMapReader: Sendable {
    package let root: BlockMapRoot
    private let source: any BlockMapSource

    package init(root: BlockMapRoot, reading source: any BlockMapSource) {
        self.root = root
        self.source = source
    }

    /// The digest at an index; nil means zeros, also behind the end of the volume.
    package func digest(at index: UInt64) async throws -> Digest? {
        let number = index / UInt64(BlockSize.blocksPerPage)
        guard let number = UInt32(exactly: number), let entry = root.entry(page: number) else { return nil }
        return try await source.readPage(entry.digest)[Int(index % UInt64(BlockSize.blocksPerPage))]
    }

    /// Up to `limit` blocks with data at or behind `start`, and the index from which to go on, nil at the end.
    package func blocks(from start: UInt64 = 0, limit: Int) async throws -> (blocks: [MappedBlock], next: UInt64?) {
        var blocks: [MappedBlock] = []
        guard let firstPage = UInt32(exactly: start / UInt64(BlockSize.blocksPerPage)) else { return ([], nil) }
        for entry in root.entries[root.firstEntry(from: firstPage)...] {
            let base = UInt64(entry.page) * UInt64(BlockSize.blocksPerPage)
            if blocks.count == limit { return (blocks, max(base, start)) }
            for (slot, digest) in try await source.readPage(entry.digest).entries where base + UInt64(slot) >= start {
                if blocks.count == limit { return (blocks, base + UInt64(slot)) }
                blocks.append(MappedBlock(index: base + UInt64(slot), digest: digest))
            }
        }
        return (blocks, nil)
    }
}
