/// Walks block maps from their roots and tells which of them list a frame that is damaged or not in the index.
package struct MapWalk: Sendable {
    /// A root to walk, with a name for the report, such as the snapshot's id.
    package struct Root: Hashable, Sendable {
        package let digest: Digest
        package let name: String

        package init(digest: Digest, name: String) {
            self.digest = digest
            self.name = name
        }
    }

    package struct Finding: Hashable, Sendable {
        package let name: String
        package let address: Digest
        package let kind: FrameKind
        /// Of the block, or of the first block under a page; nil for a root.
        package let blockIndex: UInt64?
        /// False when the frame is there and damaged.
        package let isMissing: Bool

        package init(name: String, address: Digest, kind: FrameKind, blockIndex: UInt64?, isMissing: Bool) {
            self.name = name
            self.address = address
            self.kind = kind
            self.blockIndex = blockIndex
            self.isMissing = isMissing
        }
    }

    private let maps: StoredMaps
    private let index: any FrameIndex
    private let pool: DiskPool
    private let damaged: Set<Digest>

    /// `damaged` is what a scrub found; a page that cannot be read is found in any case.
    package init(folder: String, index: any FrameIndex, pool: DiskPool, domains: SealDomains = SealDomains(), damaged: Set<Digest> = []) {
        self.init(storage: LocalPackStorage(path: folder + "/packs"), index: index, pool: pool, domains: domains, damaged: damaged)
    }

    package init(
        storage: any PackStorage,
        index: any FrameIndex,
        pool: DiskPool,
        domains: SealDomains = SealDomains(),
        damaged: Set<Digest> = []
    ) {
        maps = StoredMaps(storage: storage, index: index, pool: pool, domains: domains)
        self.index = index
        self.pool = pool
        self.damaged = damaged
    }

    /// Walks all roots. A page that several of them share is read once when it is whole.
    package func run(_ roots: [Root]) async throws -> [Finding] {
        var findings: [Finding] = []
        var whole: Set<Digest> = []
        for root in roots {
            let plain = try await pool.run { [self] in try self.plain(root.digest) }
            // Of what is locked nothing is known, so nothing is said.
            if case .locked = plain { continue }
            guard case .bytes(let bytes, let domain) = plain, let map = try? BlockMapRoot(decoding: bytes.span.bytes) else {
                findings.append(.init(name: root.name, address: root.digest, kind: .root, blockIndex: nil, isMissing: plain.isMissing))
                continue
            }
            for entry in map.entries {
                let address = domain.address(of: entry.digest)
                if whole.contains(address) { continue }
                let found = try await pool.run { [self] in try page(entry.page, at: address, of: root) }
                if found.isEmpty { whole.insert(address) }
                findings += found
            }
        }
        return findings
    }

    private func plain(_ digest: Digest) throws -> StoredMaps.Plain {
        if damaged.contains(digest) { return try index.locate([digest]).isEmpty ? .missing : .damaged }
        return try maps.plain(digest)
    }

    private func page(_ number: UInt32, at address: Digest, of root: Root) throws -> [Finding] {
        let base = UInt64(number) * UInt64(BlockSize.blocksPerPage)
        let plain = try plain(address)
        if case .locked = plain { return [] }
        guard case .bytes(let bytes, let domain) = plain, let page = try? BlockMapPage(decoding: bytes.span.bytes) else {
            return [.init(name: root.name, address: address, kind: .page, blockIndex: base, isMissing: plain.isMissing)]
        }
        let present = try index.known(among: domain.addresses(of: Set(page.allDigests)))
        return page.entries.compactMap { slot, digest in
            let address = domain.address(of: digest)
            let isMissing = !present.contains(address)
            guard isMissing || damaged.contains(address) else { return nil }
            return .init(name: root.name, address: address, kind: .block, blockIndex: base + UInt64(slot), isMissing: isMissing)
        }
    }
}
