import Blocks
import TestSupport
import Testing

extension StoreFixture {
    /// Collects everything that is not under these roots.
    @discardableResult
    func collect(_ store: BlockStore, keeping roots: [Digest] = []) async throws -> CollectionReport {
        try await CollectionRound(store: store).run { marker in
            for root in roots { try await marker.mark(tree: root) }
        }
    }

    /// The addresses that the index names.
    var indexed: Set<Digest> { Set(index.all.keys) }

    /// What the files of all packs take.
    var bytesOnDisk: Int { disk.names.reduce(0) { $0 + disk.contents($1).count } }
}

/// A stored disk: what a collection must keep together.
struct StoredTree {
    let root: Digest
    let pages: [BlockMapPage]

    var addresses: Set<Digest> { Set([root] + pages.map(\.digest) + pages.flatMap(\.allDigests)) }

    /// Stores pages of blocks under a root, and flushes.
    static func write(_ pages: [[UInt64]], with writer: StoreWriter) async throws -> StoredTree {
        var stored: [BlockMapPage] = []
        for numbers in pages { stored.append(try await writer.putPage(of: numbers)) }
        let root = try BlockMapRoot(
            volumeBytes: UInt64(pages.count * BlockSize.blocksPerPage * BlockSize.bytes),
            entries: stored.enumerated().map {
                .init(page: UInt32($0.offset), blockCount: UInt16($0.element.count), digest: $0.element.digest)
            }
        )
        let digest = try await writer.put(root: root)
        try await writer.flush()
        return StoredTree(root: digest, pages: stored)
    }

    static func write(_ pages: [[UInt64]], to store: BlockStore) async throws -> StoredTree {
        try await store.withWriter { try await write(pages, with: $0) }
    }

    /// Reads everything.
    func expectWhole(in store: BlockStore, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        for address in addresses {
            let bytes = try await store.read(address)
            #expect(TestBlock.digest(bytes) == address, sourceLocation: sourceLocation)
        }
    }
}
