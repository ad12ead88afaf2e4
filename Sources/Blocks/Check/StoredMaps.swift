import NIOCore

/// Reads block maps from a store's packs without opening the store, so it may be used beside the server that owns it.
package struct StoredMaps: Sendable {
    private let packs: PackCache
    private let index: any FrameIndex
    private let pool: DiskPool

    package init(folder: String, index: any FrameIndex, pool: DiskPool) {
        self.init(storage: LocalPackStorage(path: folder + "/packs"), index: index, pool: pool)
    }

    package init(storage: any PackStorage, index: any FrameIndex, pool: DiskPool) {
        packs = PackCache(storage: storage, capacity: 32)
        self.index = index
        self.pool = pool
    }

    /// The root under an address; `nil` when it is missing or damaged.
    package func root(_ digest: Digest) async throws -> BlockMapRoot? {
        guard case .bytes(let bytes) = try await pool.run({ try plain(digest) }) else { return nil }
        return try? BlockMapRoot(decoding: bytes.span.bytes)
    }

    /// The page under an address; `nil` when it is missing or damaged.
    package func page(_ digest: Digest) async throws -> BlockMapPage? {
        guard case .bytes(let bytes) = try await pool.run({ try plain(digest) }) else { return nil }
        return try? BlockMapPage(decoding: bytes.span.bytes)
    }

    /// Where those of the addresses stand that are in the index.
    package func frames(_ addresses: [Digest]) async throws -> [Digest: FrameLocation] {
        if addresses.isEmpty { return [:] }
        return try await pool.run { [index] in try index.locate(addresses) }
    }

    enum Plain: Equatable {
        case bytes([UInt8])
        case missing
        case damaged
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
                return .bytes(Array(try packs.file(location.pack).open(frame).plain().readableBytesView))
            } catch is FrameDamage {
                continue
            }
        }
    }
}
