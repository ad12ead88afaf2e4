import Blocks

/// What stands at the destination of a copy already.
package protocol HeldContent: Sendable {
    /// Those of some pages that are not there.
    func lacking(_ pages: [BlockMapRoot.Entry]) async throws -> [BlockMapRoot.Entry]
    /// Those of the blocks of a page that are not there, each once.
    func lacking(in page: BlockMapPage, at entry: BlockMapRoot.Entry) async throws -> [Digest]
    /// Whether more may be there, so that a copy may move less.
    var isPartial: Bool { get }
}

/// What a store has in one domain.
package struct StoredContent: HeldContent {
    private let store: BlockStore
    private let domain: SealDomain

    package init(store: BlockStore, domain: SealDomain) {
        self.store = store
        self.domain = domain
    }

    package var isPartial: Bool { false }

    package func lacking(_ pages: [BlockMapRoot.Entry]) async throws -> [BlockMapRoot.Entry] {
        let missing = Set(try await lacking(pages.map(\.digest)))
        return pages.filter { missing.contains($0.digest) }
    }

    package func lacking(in page: BlockMapPage, at _: BlockMapRoot.Entry) async throws -> [Digest] {
        try await lacking(Array(Set(page.allDigests)))
    }

    func lacking(_ digests: [Digest]) async throws -> [Digest] {
        let addresses = domain.addresses(of: digests)
        let missing = Set(try await store.lacking(addresses))
        return zip(digests, addresses).filter { missing.contains($0.1) }.map(\.0)
    }
}

/// What some disks of a store have at the same place of theirs, and nothing else of the store: what an account may be told that does not have the
/// rest.
package struct DiskContent: HeldContent {
    private let disks: [BlockMapRoot]
    private let store: BlockStore

    /// - Parameter disks: stored in the open, under roots that may go meanwhile.
    package init(_ disks: [Digest], in store: BlockStore) async throws {
        self.store = store
        var roots: [BlockMapRoot] = []
        for disk in disks {
            if let root = try await unlessLost({ try await store.readRoot(disk) }) { roots.append(root) }
        }
        self.disks = roots
    }

    package var isPartial: Bool { true }

    package func lacking(_ pages: [BlockMapRoot.Entry]) -> [BlockMapRoot.Entry] {
        pages.filter { page in !disks.contains { $0.entry(page: page.page)?.digest == page.digest } }
    }

    package func lacking(in page: BlockMapPage, at entry: BlockMapRoot.Entry) async throws -> [Digest] {
        var missing = Set(page.allDigests)
        for own in disks.compactMap({ $0.entry(page: entry.page) }) {
            if let page = try await unlessLost({ try await store.readPage(own.digest) }) { missing.subtract(page.allDigests) }
        }
        return Array(missing)
    }
}

/// Nil for what is gone or damaged: it is not held then.
private func unlessLost<Value>(_ read: () async throws -> Value) async throws -> Value? {
    do {
        return try await read()
    } catch let error as StoreError where error.isLostContent {
        return nil
    }
}
