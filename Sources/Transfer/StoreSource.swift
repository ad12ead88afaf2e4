import Blocks

/// A Region in this process: frames go from store to store, proven by their seals, without being hashed or decompressed again.
package struct StoreSource: SnapshotSource {
    private let store: BlockStore

    package init(_ store: BlockStore) { self.store = store }

    package func root(_ digest: Digest) async throws -> BlockMapRoot { try await store.readRoot(digest) }
    package func page(_ digest: Digest) async throws -> BlockMapPage { try await store.readPage(digest) }

    package func move(_ block: Digest, to writer: StoreWriter) async throws -> Bool {
        try await store.copyFrame(block, to: writer).moved
    }

    package func storedBytes(of addresses: [Digest]) async throws -> UInt64? { try await store.frameBytes(of: addresses) }
}
