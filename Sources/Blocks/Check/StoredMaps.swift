import NIOCore

/// Reads block maps from a store's packs without opening the store, so it may be used beside the server that owns it.
package struct StoredMaps: Sendable {
    private let packs: PackCache
    private let index: any FrameIndex
    private let pool: DiskPool

    package init(folder: String, index: any FrameIndex, pool: DiskPool, domains: SealDomains = SealDomains()) {
        self.init(storage: LocalPackStorage(path: folder + "/packs"), index: index, pool: pool, domains: domains)
    }

    package init(storage: any PackStorage, index: any FrameIndex, pool: DiskPool, domains: SealDomains = SealDomains()) {
        self.init(packs: PackCache(storage: storage, capacity: 32, domains: domains), index: index, pool: pool)
    }

    init(packs: PackCache, index: any FrameIndex, pool: DiskPool) {
        self.packs = packs
        self.index = index
        self.pool = pool
    }

    /// The addresses of the pages that a root lists; `nil` when it is missing, damaged or locked.
    package func pages(of root: Digest) async throws -> [Digest]? {
        guard case .bytes(let bytes, let domain) = try await pool.run({ try plain(root) }) else { return nil }
        return (try? BlockMapRoot(decoding: bytes.span.bytes)).map { domain.addresses(of: $0.entries.map(\.digest)) }
    }

    /// The addresses under which the pages of a root stand in a domain of another store; `nil` when either cannot be told.
    package func pages(of root: Digest, copiedTo other: StoredMaps, in domain: SealDomainID) async throws -> [Digest]? {
        guard case .bytes(let bytes, _) = try await pool.run({ try plain(root) }), let there = other.packs.domains[domain] else {
            return nil
        }
        return (try? BlockMapRoot(decoding: bytes.span.bytes)).map { there.addresses(of: $0.entries.map(\.digest)) }
    }

    /// The addresses of the blocks that a page lists; `nil` when it is missing, damaged or locked.
    package func blocks(of page: Digest) async throws -> [Digest]? {
        guard case .bytes(let bytes, let domain) = try await pool.run({ try plain(page) }) else { return nil }
        return (try? BlockMapPage(decoding: bytes.span.bytes)).map { domain.addresses(of: $0.allDigests) }
    }

    /// Where those of the addresses stand that are in the index.
    package func frames(_ addresses: [Digest]) async throws -> [Digest: FrameLocation] {
        if addresses.isEmpty { return [:] }
        return try await pool.run { [index] in try index.locate(addresses) }
    }

    enum Plain {
        case bytes([UInt8], in: SealDomain)
        case missing
        case damaged
        /// The key of its domain is not at hand.
        case locked

        var isMissing: Bool { if case .missing = self { true } else { false } }
    }

    /// The plain bytes of a frame. On a thread of the pool.
    func plain(_ digest: Digest) throws -> Plain {
        var last: FrameLocation?
        while true {
            guard let location = try index.locate([digest])[digest] else { return .missing }
            // Read again where a collection has moved it meanwhile.
            if location == last { return .damaged }
            last = location
            do {
                let frame = IndexedFrame(address: digest, location: location)
                let plain = try packs.file(location.pack).open(frame).plain()
                guard let domain = packs.domains[location.domain] else { return .locked }
                return .bytes(Array(plain.readableBytesView), in: domain)
            } catch FrameDamage.locked {
                return .locked
            } catch is FrameDamage {
                continue
            }
        }
    }
}
