/// Finds what is alive: marks roots, their pages and their blocks. Memory holds a root and a page.
///
/// What is marked needs no second look, so trees that share pages cost what they do not share. For the same reason a root is marked only when
/// all of its pages are there and were read.
package struct CollectionMarker: Sendable {
    private static let pagesPerRead = 1024

    let store: BlockStore
    /// The number of the round.
    package let generation: UInt64
    /// What was to be marked and is not in the index.
    let missing = MissingFrames()

    /// Marks a tree that must be whole.
    ///
    /// Throws the `StoreError` of a root or page that cannot be read: nobody knows what is under it then, so nothing may be swept.
    /// Of a tree whose key cannot be used, all of its domain is marked.
    package func mark(tree root: Digest, in domain: SealDomainID = .open) async throws {
        let (store, generation) = (store, generation)
        guard try await isOpen(domain) else { return try await mark(all: domain) }
        if try await store.pool.run({ try store.isMarked(root, generation) }) { return }
        for batch in try await pages(of: root, in: store, seal: try await store.domain(domain)) {
            _ = try await markPages(batch, mustBeThere: true)
        }
        _ = try await store.pool.run { try store.mark([root], generation: generation) }
    }

    /// Marks what there is of a tree that nothing has to be whole of: a snapshot that is deleted and may still be read.
    package func mark(remainsOf root: Digest, in domain: SealDomainID = .open) async throws {
        try await mark(partOf: root, in: domain, of: store, into: domain)
    }

    /// Marks what there is here, in the domain `destination`, of a tree that `source` has in the domain `origin`: the part that a running
    /// copy has brought.
    package func mark(
        partOf root: Digest,
        in origin: SealDomainID = .open,
        of source: BlockStore,
        into destination: SealDomainID = .open
    ) async throws {
        let (store, generation) = (store, generation)
        guard try await isOpen(destination), try await isOpen(origin, in: source) else { return try await mark(all: destination) }
        let seal = try await store.domain(destination)
        var isWhole = true
        let here: Digest
        do {
            let map = try await source.readRoot(root)
            here = seal.address(of: map.digest)
            for batch in Self.batches(seal.addresses(of: map.entries.map(\.digest))) {
                let isBatchWhole = try await markPages(batch, mustBeThere: false)
                isWhole = isWhole && isBatchWhole
            }
        } catch let error as StoreError where error.isLostContent {
            // There is nothing to finish such a copy from.
            return
        }
        // A snapshot may have the same root, and must not be taken for whole.
        guard isWhole else { return }
        _ = try await store.pool.run { try store.mark([here], generation: generation) }
    }

    /// Marks blocks that no page lists yet, by their addresses.
    package func mark(blocks: [Digest]) async throws {
        let (store, generation, missing) = (store, generation, missing)
        try await store.pool.run { missing.add(try store.mark(blocks, generation: generation)) }
    }

    /// Marks every frame of a sealed domain: without its key nobody can say which of them are alive.
    private func mark(all domain: SealDomainID) async throws {
        let (store, generation) = (store, generation)
        if domain == .open { return }
        missing.cannotTell()
        try await store.pool.run { try store.indexing { try store.index.mark(all: domain, generation: generation) } }
    }

    private func isOpen(_ domain: SealDomainID, in other: BlockStore? = nil) async throws -> Bool {
        do {
            _ = try await (other ?? store).domain(domain)
            return true
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            return false
        }
    }

    private func pages(of root: Digest, in store: BlockStore, seal: SealDomain) async throws -> [[Digest]] {
        Self.batches(seal.addresses(of: try await store.readRoot(root).entries.map(\.digest)))
    }

    private static func batches(_ pages: [Digest]) -> [[Digest]] {
        stride(from: 0, to: pages.count, by: pagesPerRead).map { Array(pages[$0..<min($0 + pagesPerRead, pages.count)]) }
    }

    private func markPages(_ pages: [Digest], mustBeThere: Bool) async throws -> Bool {
        let (store, generation, unfound) = (store, generation, self.missing)
        // Stale ones first: what is not stale now is marked, or not there.
        let (stale, there) = try await store.pool.run { (try store.stale(pages, before: generation), try store.known(pages)) }
        let missing = Set(pages).subtracting(there)
        if mustBeThere, let first = missing.min() {
            throw StoreError(.notFound, "\(missing.count) pages of a block map are not in the store", address: first)
        }
        var isWhole = missing.isEmpty
        for page in stale.keys {
            do {
                try await store.pool.run {
                    let (map, domain) = try store.storedPage(page)
                    unfound.add(try store.mark(domain.addresses(of: map.allDigests) + [page], generation: generation))
                }
            } catch let error as StoreError where error.isLostContent && !mustBeThere {
                // Not there any more, or damaged: what wants it brings it anew.
                isWhole = false
            }
        }
        return isWhole
    }
}

extension BlockStore {
    fileprivate func known(_ addresses: [Digest]) throws -> Set<Digest> { try indexing { try index.known(among: addresses) } }

    fileprivate func isMarked(_ address: Digest, _ generation: UInt64) throws -> Bool {
        try !indexing { try index.known(among: [address], since: generation) }.isEmpty
    }
}
