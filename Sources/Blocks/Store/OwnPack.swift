extension BlockStore {
    /// How many blocks are moved to a pack of their own at most.
    package static let blocksOfOwnPack = BlockSize.blocksPerPage

    /// Moves blocks to a new pack that nothing else is appended to: those that an archived snapshot alone needs, and back.
    ///
    /// Nothing names the new frames until they are on the disk and were read back. Then the index takes their places and the pack's length in one
    /// transaction, so at every moment a row names a frame that is whole, and no collection finds the pack without its frames. The old frames
    /// are dead from then on, and a collection frees them. What was cut off before is found at the next start, and is dead, too.
    ///
    /// - Parameters:
    ///   - addresses: at most `blocksOfOwnPack`, of one domain. Those that are not in the store any more are left out.
    ///   - level: of zstd; what does not get smaller stays as it is. Nil leaves everything as it is.
    ///   - noting: is told of the pack before anything stands in it as far as the index knows.
    ///   - progress: is told of the plain bytes that were written, again and again.
    /// - Throws: `StoreError`; nothing was moved then.
    package func moveToOwnPack(
        _ addresses: [Digest],
        in domain: SealDomainID = .open,
        level: Int? = nil,
        noting: (PackID) async throws -> Void = { _ in },
        progress: (Int64) async throws -> Void = { _ in }
    ) async throws {
        precondition(addresses.count <= Self.blocksOfOwnPack)
        var pack = try await OwnPack(in: self, of: domain)
        do {
            try await pack.append(addresses, level: level, progress: progress)
            if pack.isEmpty { return await pack.abandon() }
            try await pack.prove()
            try await noting(pack.id)
            try await pack.takePlace()
        } catch {
            // Also when nobody can tell whether it has taken its place: with frames in it, the pack stays.
            await pack.abandon()
            throw error
        }
    }

    /// The frames of a pack that the index names behind an offset, ascending.
    package func frames(in pack: PackID, after offset: UInt64 = 0, limit: Int) async throws -> [IndexedFrame] {
        try await pool.run { [self] in try indexing { try index.frames(in: pack, after: offset, limit: limit) } }
    }

    /// The block maps of the store, as who counts its frames reads them.
    package var maps: StoredMaps { StoredMaps(packs: packs, index: index, pool: pool) }
}

/// A pack that takes frames from where they stand.
private struct OwnPack {
    private static let framesPerStep = 16

    private let store: BlockStore
    private let domain: SealDomainID
    private let file: PackFile
    private var length = PackHeader.firstFrame
    private var frames: [IndexedFrame] = []

    var id: PackID { file.id }
    var isEmpty: Bool { frames.isEmpty }

    init(in store: BlockStore, of domain: SealDomainID) async throws {
        self.store = store
        self.domain = domain
        file = try await store.pool.run {
            do {
                return try PackFile.create(in: store.packs.storage, domains: store.packs.domains)
            } catch let failure as IOFailure {
                throw StoreError(failure)
            }
        }
    }

    mutating func append(_ addresses: [Digest], level: Int?, progress: (Int64) async throws -> Void) async throws {
        for start in stride(from: 0, to: addresses.count, by: Self.framesPerStep) {
            try Task.checkCancellation()
            let batch = Array(addresses[start..<min(start + Self.framesPerStep, addresses.count)])
            let (store, file, place) = (store, file, length)
            let written = try await store.packs.domains.keepingOpen([domain]) {
                try await store.pool.run { try Self.write(batch, to: file, at: place, of: store, level: level) }
            }
            frames += written.frames
            length = written.end
            try await progress(written.frames.reduce(0) { $0 + Int64($1.location.plainLength) })
        }
    }

    private static func write(
        _ addresses: [Digest],
        to file: PackFile,
        at place: UInt64,
        of store: BlockStore,
        level: Int?
    ) throws -> (frames: [IndexedFrame], end: UInt64) {
        let places = try store.locate(addresses)
        var (frames, end): ([IndexedFrame], UInt64) = ([], place)
        for address in addresses {
            guard let old = places[address] else { continue }
            do {
                guard let domain = store.packs.domains[old.domain] else { throw FrameDamage.locked(old.domain) }
                let payload = try recompressed(try store.payload(address), level: level)
                try store.checkSpace(for: payload, address)
                let location = try file.put(payload, address: address, at: end, in: domain)
                frames.append(IndexedFrame(address: address, location: location))
                end = FrameHeader.align(end + payload.frameLength)
            } catch {
                throw StoreError.told(error, address: address)
            }
        }
        return (frames, end)
    }

    private static func recompressed(_ payload: FramePayload, level: Int?) throws -> FramePayload {
        guard let level else { return payload }
        let other = FramePayload(kind: payload.kind, plain: try payload.plain(), level: level)
        return other.storedLength < payload.storedLength ? other : payload
    }

    /// Syncs the pack, and reads back from the disk what was written: each frame must hold what its address says.
    func prove() async throws {
        let (store, file) = (store, file)
        try await store.pool.run {
            do {
                try file.sync()
                file.dropCache()
            } catch let failure as IOFailure {
                throw StoreError(failure)
            }
        }
        for start in stride(from: 0, to: frames.count, by: Self.framesPerStep) {
            try Task.checkCancellation()
            let batch = Array(frames[start..<min(start + Self.framesPerStep, frames.count)])
            try await store.packs.domains.keepingOpen([domain]) {
                try await store.pool.run { try Self.prove(batch, of: store) }
            }
        }
    }

    private static func prove(_ frames: [IndexedFrame], of store: BlockStore) throws {
        for frame in frames {
            do {
                _ = try store.packs.check(frame)
            } catch let damage as FrameDamage {
                throw StoreError(damage, of: frame, path: "\(store.packs.storage.path)/\(frame.location.pack.fileName)")
            } catch let failure as IOFailure {
                throw StoreError(failure, address: frame.address)
            }
        }
    }

    /// Points the index at the pack's frames, wherever the same content stands by now.
    func takePlace() async throws {
        let (store, file, frames, length) = (store, file, frames, length)
        try await store.pool.run {
            let places = try store.locate(frames.map(\.address))
            let moves = frames.compactMap { frame in
                places[frame.address].map { Relocation(address: frame.address, from: $0, to: frame.location) }
            }
            _ = try store.indexing { try store.index.relocate(moves, indexedLengths: [file.id: length]) }
        }
    }

    /// Leaves the pack to the next collection, as one that nothing is in. When that fails, the next start finds it.
    func abandon() async {
        let (store, file) = (store, file)
        // A cancelled task may not write to the index, so this runs in one of its own.
        await Task {
            try? await store.pool.runToEnd {
                let size = try file.size()
                try store.index.commit([], indexedLengths: [file.id: size])
            }
        }.value
    }
}
