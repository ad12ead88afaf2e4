/// The block map pages of one domain of a store.
package struct DomainPages: BlockMapSource {
    private let store: BlockStore
    private let domain: SealDomain

    package init(_ store: BlockStore, in domain: SealDomain) {
        self.store = store
        self.domain = domain
    }

    package func readPage(_ digest: Digest) async throws -> BlockMapPage { try await store.readPage(digest, in: domain) }
}
