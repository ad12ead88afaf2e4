/// What a session relies on while a collection runs is marked before it is told that it is there. A page is marked after its blocks
/// and a root after its pages, so that a map that is marked needs no further look.
extension BlockStore {
    /// Those of the addresses that are in the store durably, and stay there until the session ends.
    func contains(_ addresses: [Digest], for session: WriteSession) async throws -> Set<Digest> {
        guard session.touches else { return try await contains(addresses) }
        if addresses.isEmpty { return [] }
        // Whether one is there and whether it is marked is one question: in between, an older session could bring it unmarked.
        let marked = try await marked(addresses, by: session)
        let kept = marked.union(try await touch(addresses.filter { !marked.contains($0) }, for: session))
        // What others mark between the two looks is in neither.
        return kept.union(try await self.marked(addresses.filter { !kept.contains($0) }, by: session))
    }

    private func marked(_ addresses: [Digest], by session: WriteSession) async throws -> Set<Digest> {
        if addresses.isEmpty { return [] }
        return try await pool.run { [self] in try sound(addresses, since: session.generation) }
    }

    /// Marks frames and all that is under them. Returns those that are there, whole as far as the index knows.
    func touch(_ addresses: [Digest], for session: WriteSession) async throws -> Set<Digest> {
        try await touch(try await stale(addresses, for: session), for: session)
    }

    private func stale(_ addresses: [Digest], for session: WriteSession) async throws -> [Digest: FrameKind] {
        if addresses.isEmpty { return [:] }
        return try await pool.run { [self] in try stale(addresses, before: session.generation) }
    }

    private func touch(_ stale: [Digest: FrameKind], for session: WriteSession) async throws -> Set<Digest> {
        var kept: Set<Digest> = []
        let blocks = stale.filter { $0.value == .block }.map(\.key)
        if !blocks.isEmpty {
            kept = Set(blocks).subtracting(try await pool.run { [self] in try mark(blocks, generation: session.generation) })
        }
        for (address, kind) in stale where kind != .block {
            do {
                let isWhole = kind == .page ? try await touchPage(address, session) : try await touchRoot(address, session)
                if isWhole { kept.insert(address) }
            } catch let error as StoreError where error.isLostContent {
                // Whoever asked brings it anew.
            }
        }
        let marked = Array(kept)
        return kept.subtracting(try await pool.run { [self] in try suspects(among: marked) })
    }

    private func touchPage(_ address: Digest, _ session: WriteSession) async throws -> Bool {
        try await pool.run { [self] in
            let (page, domain) = try storedPage(address)
            return try mark(domain.addresses(of: page.allDigests), generation: session.generation).isEmpty
                && mark([address], generation: session.generation).isEmpty
        }
    }

    private func touchRoot(_ address: Digest, _ session: WriteSession) async throws -> Bool {
        let (entries, domain) = try await pool.run { [self] in
            let (root, domain) = try storedRoot(address)
            return (root.entries, domain)
        }
        for start in stride(from: 0, to: entries.count, by: 1024) {
            let pages = Set(domain.addresses(of: entries[start..<min(start + 1024, entries.count)].map(\.digest)))
            guard try await contains(Array(pages), for: session) == pages else { return false }
        }
        return try await pool.run { [self] in try mark([address], generation: session.generation).isEmpty }
    }

    // MARK: on a thread of the pool

    /// Raises frames to a generation and returns those that are not in the index.
    func mark(_ addresses: [Digest], generation: UInt64) throws -> Set<Digest> {
        try indexing { try index.mark(addresses, generation: generation) }
    }

    func stale(_ addresses: [Digest], before generation: UInt64) throws -> [Digest: FrameKind] {
        try indexing { try index.stale(addresses, before: generation) }
    }

    /// Runs a call of the index; what it throws becomes a `StoreError`.
    func indexing<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            throw StoreError(.index, "the index failed: \(error)", cause: error)
        }
    }
}
