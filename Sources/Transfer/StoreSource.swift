import Blocks

/// A Region in this process: frames go from store to store, proven by their seals, without being hashed or decompressed again.
package struct StoreSource: SnapshotSource {
    private let store: BlockStore
    private let domain: SealDomain

    /// What the store has in one domain.
    package init(_ store: BlockStore, in domain: SealDomain = .open) {
        self.store = store
        self.domain = domain
    }

    package func address(of digest: Digest) -> Digest { domain.address(of: digest) }
    package var isOpen: Bool { domain.id == .open }

    package func root(_ address: Digest) async throws -> BlockMapRoot { try await store.readRoot(address) }
    package func page(_ digest: Digest) async throws -> BlockMapPage { try await store.readPage(digest, in: domain) }

    package func move(_ block: Digest, to writer: StoreWriter) async throws -> Bool {
        try await store.copyFrame(block, in: domain, to: writer).moved
    }

    package func storedBytes(of addresses: [Digest]) async throws -> UInt64? {
        try await store.frameBytes(of: domain.addresses(of: addresses))
    }
}
