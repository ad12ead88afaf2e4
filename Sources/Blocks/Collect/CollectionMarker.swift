/// Finds what is alive: marks roots, their pages and their blocks. Memory holds a root and a page.
///
/// What is marked needs no second look, so trees that share pages cost what they do not share.
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
            try await markPages(batch, mustBeThere: true)
        }
        _ = try await store.pool.run { try store.mark([root], generation: generation) }
    }

    /// Marks what there is of a tree that nothing has to be whole of: a snapshot that is deleted and may still be read.
    package func mark(remainsOf root: Digest) async throws {
        try await mark(partOf: root, listedBy: store)
    }

    /// Marks what there is here of a tree that `source` has: the part that a running copy has brought.
    package func mark(partOf root: Digest, listedBy source: BlockStore) async throws {
        do {
            for batch in try await pages(of: root, in: source) { try await markPages(batch, mustBeThere: false) }
        } catch let error as StoreError where error.isLostContent {
            // There is nothing to finish such a copy from.
            return
        }
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

    private func markPages(_ pages: [Digest], mustBeThere: Bool) async throws {
        let store = store
        let generation = generation
        // Stale ones first: what is not stale now is marked, or not there.
        let (stale, there) = try await store.pool.run {
            (try store.stale(pages, before: generation), mustBeThere ? try store.known(pages).count : 0)
        }
        if mustBeThere, let missing = pages.first(where: { _ in there < Set(pages).count }) {
            throw StoreError(.notFound, "\(Set(pages).count - there) pages of a block map are not in the store", address: missing)
        }
        for page in stale.keys {
            do {
                try await store.pool.run {
                    let blocks = try store.page(page).allDigests
                    _ = try store.mark(blocks + [page], generation: generation)
                }
            } catch let error as StoreError where error.isLostContent && !mustBeThere {
                // Not there any more, or damaged: what wants it brings it anew.
            }
        }
    }
}

extension BlockStore {
    fileprivate func known(_ addresses: [Digest]) throws -> Set<Digest> { try indexing { try index.known(among: addresses) } }

    fileprivate func isMarked(_ address: Digest, _ generation: UInt64) throws -> Bool {
        guard try stale([address], before: generation).isEmpty else { return false }
        return try !known([address]).isEmpty
    }
}
