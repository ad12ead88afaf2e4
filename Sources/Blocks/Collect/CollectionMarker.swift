/// Finds what is alive: marks roots, their pages and their blocks. Memory holds a root and a page.
///
/// What is marked needs no second look, so trees that share pages cost what they do not share. For the same reason a root is marked only when
/// all of its pages are there and were read.
package struct CollectionMarker: Sendable {
    private static let pagesPerRead = 1024

    let store: BlockStore
    let generation: UInt64

    /// Marks a tree that must be whole.
    ///
    /// Throws the `StoreError` of a root or page that cannot be read: nobody knows what is under it then, so nothing may be swept.
    package func mark(tree root: Digest) async throws {
        let store = store
        let generation = generation
        if try await store.pool.run({ try store.isMarked(root, generation) }) { return }
        for batch in try await pages(of: root, in: store) {
            _ = try await markPages(batch, mustBeThere: true)
        }
        _ = try await store.pool.run { try store.mark([root], generation: generation) }
    }

    /// Marks what there is of a tree that nothing has to be whole of: a snapshot that is deleted and may still be read.
    package func mark(remainsOf root: Digest) async throws {
        try await mark(partOf: root, listedBy: store)
    }

    /// Marks what there is here of a tree that `source` has: the part that a running copy has brought.
    package func mark(partOf root: Digest, listedBy source: BlockStore) async throws {
        var isWhole = true
        do {
            for batch in try await pages(of: root, in: source) {
                let isBatchWhole = try await markPages(batch, mustBeThere: false)
                isWhole = isWhole && isBatchWhole
            }
        } catch let error as StoreError where error.isLostContent {
            // There is nothing to finish such a copy from.
            return
        }
        // A snapshot may have the same root, and must not be taken for whole.
        guard isWhole else { return }
        let store = store
        let generation = generation
        _ = try await store.pool.run { try store.mark([root], generation: generation) }
    }

    /// Marks blocks that no page lists yet.
    package func mark(blocks: [Digest]) async throws {
        let store = store
        let generation = generation
        _ = try await store.pool.run { try store.mark(blocks, generation: generation) }
    }

    private func pages(of root: Digest, in store: BlockStore) async throws -> [[Digest]] {
        let entries = try await store.readRoot(root).entries
        return stride(from: 0, to: entries.count, by: Self.pagesPerRead).map { start in
            entries[start..<min(start + Self.pagesPerRead, entries.count)].map(\.digest)
        }
    }

    /// Returns whether all of the pages are there and marked with their blocks.
    private func markPages(_ pages: [Digest], mustBeThere: Bool) async throws -> Bool {
        let store = store
        let generation = generation
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
                    let blocks = try store.page(page).allDigests
                    _ = try store.mark(blocks + [page], generation: generation)
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
        guard try stale([address], before: generation).isEmpty else { return false }
        return try !known([address]).isEmpty
    }
}
