import Blocks

/// What a copy would store, found without reading a block.
struct CopyNeed<Source: SnapshotSource>: Sendable {
    let root: BlockMapRoot
    let source: Source
    let store: BlockStore
    let domain: SealDomain
    /// How many blocks are remembered at once, so that none is counted twice.
    let blocksPerPass: Int

    private var held: StoredContent { StoredContent(store: store, domain: domain) }

    /// The pages that the store lacks, each once.
    func missingPages() async throws -> [BlockMapRoot.Entry] {
        var seen: Set<Digest> = []
        var missing: [BlockMapRoot.Entry] = []
        for batch in root.entries.chunks(of: 1024) {
            let pages = batch.filter { seen.insert($0.digest).inserted }
            missing += try await held.lacking(pages)
        }
        return missing
    }

    /// Bytes that these pages and those of their blocks take that the store lacks, each once. `nil` when the source cannot tell.
    ///
    /// The pages of a large disk are read several times, each time for another part of the blocks, so that memory does not grow with it.
    func bytes(of pages: [BlockMapRoot.Entry]) async throws -> UInt64? {
        var bytes: UInt64 = 0
        for batch in pages.chunks(of: 1024) {
            guard let stored = try await source.storedBytes(of: batch.map(\.digest)) else { return nil }
            bytes += stored
        }
        let passes = pages.reduce(0) { $0 + Int($1.blockCount) } / blocksPerPass + 1
        for pass in 0..<passes {
            var seen: Set<Digest> = []
            for entry in pages {
                let page = try await source.page(entry.digest)
                guard page.digest == entry.digest else { throw CopyMismatch(expected: entry.digest, found: page.digest) }
                let blocks = page.allDigests.filter { Self.pass(of: $0, among: passes) == pass && seen.insert($0).inserted }
                guard let stored = try await source.storedBytes(of: try await held.lacking(blocks)) else { return nil }
                bytes += stored
            }
        }
        return bytes
    }

    private static func pass(of block: Digest, among passes: Int) -> Int { Int(block.hashValue.magnitude % UInt(passes)) }
}

extension [BlockMapRoot.Entry] {
    /// The most that the pages and their blocks take.
    var spaceAtMost: UInt64 { reduce(0) { $0 + $1.spaceAtMost } }
}
