import NIOCore
import Synchronization

/// The bytes of one Region: blocks, block map pages and roots, each under its digest, in packs.
///
/// Appended content can be read at once and is durable after `StoreWriter.flush`. A page that is in the store and not suspect implies that
/// all its blocks are, and a root that all its pages are; the store refuses to append one that would break this, and recovery keeps it.
///
/// One process writes to a folder at a time; the owner of the folder sees to that. Others may read it meanwhile (`Scrub`).
package final class BlockStore: Sendable, BlockMapSource {
    package let statistics = StoreStatistics()
    /// What opening found behind the indexed ends of the packs.
    package let recovery: RecoveryReport

    let index: any FrameIndex
    let pool: DiskPool
    let options: BlockStoreOptions
    let packs: PackCache
    let suspectFrames: SuspectFrames
    let state = Mutex(StoreState())
    let sessions: Mutex<WriteSessions>
    let openWriters = Mutex(OpenWriters())
    private let pages: PageCache
    /// Held over the making of a pack, so that several threads that find the last one full make one and not several.
    /// Only threads of the pool wait for it.
    private let packCreation = Mutex(())

    /// Opens the store in `folder`, making `folder/packs` (0700) when it is missing. The folder itself must exist.
    ///
    /// Blocks: what a crash left unindexed at the ends of packs is read and indexed first.
    package convenience init(
        folder: String,
        index: any FrameIndex,
        pool: DiskPool,
        options: BlockStoreOptions = .init(),
        domains: SealDomains = SealDomains()
    ) throws {
        try self.init(storage: LocalPackStorage(path: folder + "/packs"), index: index, pool: pool, options: options, domains: domains)
    }

    /// Opens a store over any storage.
    package init(
        storage: any PackStorage,
        index: any FrameIndex,
        pool: DiskPool,
        options: BlockStoreOptions = .init(),
        domains: SealDomains = SealDomains()
    ) throws {
        self.index = index
        self.pool = pool
        self.options = options
        packs = PackCache(storage: storage, capacity: options.openPacks, domains: domains)
        pages = PageCache(capacity: options.cachedPages)
        do {
            try storage.prepare()
        } catch let failure {
            throw StoreError(failure)
        }
        do {
            sessions = Mutex(WriteSessions(generation: try index.generation()))
        } catch {
            throw StoreError(.index, "the index cannot be read: \(error)", cause: error)
        }
        recovery = try Recovery(packs: packs, index: index).run()
        do {
            suspectFrames = try SuspectFrames(in: index)
        } catch {
            throw StoreError(.index, "the index cannot be read: \(error)", cause: error)
        }
    }

    /// Refuses appends from now on and makes everything durable that was appended. Reads go on.
    package func close() async throws {
        let (epoch, target) = state.withLock { state in
            state.isClosed = true
            return (state.epoch, state.nextSequence)
        }
        try await flush(epoch: epoch, target: target)
    }

    // MARK: reading

    /// The domain with this id, its key unwrapped if need be. Throws when its key cannot be used.
    package func domain(_ id: SealDomainID) async throws -> SealDomain { try await packs.domains.require(id) }

    /// Those of the addresses that are in the store durably, and not known to be damaged.
    package func contains(_ addresses: [Digest]) async throws -> Set<Digest> {
        if addresses.isEmpty { return [] }
        return try await pool.run { [self] in try sound(addresses) }
    }

    /// The plain bytes of content, proven by the seal. What was put and not flushed can be read, too.
    package func read(_ digest: Digest, in domain: SealDomain = .open) async throws -> ByteBuffer {
        try await packs.domains.keepingOpen([domain.id]) {
            try await pool.run { [self] in try stored(domain.address(of: digest)).0 }
        }
    }

    package func readPage(_ digest: Digest) async throws -> BlockMapPage { try await readPage(digest, in: .open) }

    package func readPage(_ digest: Digest, in domain: SealDomain) async throws -> BlockMapPage {
        // The cache must not outlive the key.
        _ = try await packs.domains.require(domain.id)
        let address = domain.address(of: digest)
        if let page = pages[address] { return page }
        let page: BlockMapPage = try await packs.domains.keepingOpen([domain.id]) {
            try await pool.run { [self] in try storedPage(address).page }
        }
        pages.insert(page, address)
        return page
    }

    /// The root that stands under an address, as a snapshot's row names it.
    package func readRoot(_ address: Digest) async throws -> BlockMapRoot {
        try await pool.run { [self] in try storedRoot(address).root }
    }

    /// The blocks with data of the map under `root`, at or behind `start`, up to `limit`, ascending.
    package func blocks(of root: Digest, from start: UInt64 = 0, limit: Int) async throws -> [MappedBlock] {
        try await BlockMapReader(root: try await readRoot(root), reading: self).blocks(from: start, limit: limit).blocks
    }

    /// The blocks that differ between two maps, at or behind `start`, up to `limit`, ascending; without a first one, all blocks of
    /// the second.
    package func changes(
        from first: Digest?,
        to second: Digest,
        startingAt start: UInt64 = 0,
        limit: Int
    ) async throws -> [BlockDifference] {
        let new = try await readRoot(second)
        let old = if let first { try await readRoot(first) } else { try BlockMapRoot(volumeBytes: new.volumeBytes) }
        return try await BlockMapDiff(first: old, second: new, reading: self)
            .differences(from: start, limit: limit, pageReads: .max).differences
    }

    private func stored(_ address: Digest) throws -> (ByteBuffer, SealDomain) {
        let (frame, payload) = try openFrame(address)
        do {
            guard let domain = packs.domains[frame.location.domain] else { throw FrameDamage.locked(frame.location.domain) }
            return (try payload.plain(), domain)
        } catch let damage as FrameDamage {
            throw StoreError(damage, of: frame, path: path(of: frame))
        }
    }

    /// A page as it is stored, past the cache, and the domain of what it lists. On a thread of the pool.
    func storedPage(_ address: Digest) throws -> (page: BlockMapPage, domain: SealDomain) {
        let (bytes, domain) = try stored(address)
        return (try decode(address, bytes) { (bytes) throws(BlockMapError) in try BlockMapPage(decoding: bytes) }, domain)
    }

    /// A root and the domain of what it lists. On a thread of the pool.
    func storedRoot(_ address: Digest) throws -> (root: BlockMapRoot, domain: SealDomain) {
        let (bytes, domain) = try stored(address)
        return (try decode(address, bytes) { (bytes) throws(BlockMapError) in try BlockMapRoot(decoding: bytes) }, domain)
    }

    private func decode<Value>(
        _ digest: Digest,
        _ bytes: ByteBuffer,
        _ decoder: (RawSpan) throws(BlockMapError) -> Value
    ) throws -> Value {
        do {
            return try decoder(bytes.readableBytesSpan)
        } catch {
            throw StoreError(.damaged, "not a block map: \(error)", address: digest, cause: error)
        }
    }

    // MARK: on a thread of the pool

    func locate(_ addresses: [Digest]) throws -> [Digest: FrameLocation] {
        try indexing { try index.locate(addresses) }
    }

    /// Those of the addresses that are in the index, without what is known to be damaged, or to have damage under it: that is to be
    /// stored again.
    func sound(_ addresses: [Digest], since generation: UInt64 = 0) throws -> Set<Digest> {
        let known = try indexing { try index.known(among: addresses, since: generation) }
        return known.subtracting(try suspects(among: addresses))
    }

    func suspects(among addresses: [Digest]) throws -> Set<Digest> {
        try indexing { try suspectFrames.among(addresses) }
    }

    /// Where an address is. First among what is staged, then in the index: in between, a flush moves it from one to the other.
    private func frame(_ digest: Digest) throws -> IndexedFrame {
        if let location = state.withLock({ $0.location(digest) }) { return IndexedFrame(address: digest, location: location) }
        guard let location = try locate([digest])[digest] else {
            throw StoreError(.notFound, "no such frame", address: digest)
        }
        return IndexedFrame(address: digest, location: location)
    }

    private func open(_ frame: IndexedFrame) throws -> FramePayload {
        do {
            let payload = try packs.file(frame.location.pack).open(frame)
            statistics.read(Int(frame.location.storedLength) + FrameHeader.bytes)
            return payload
        } catch let damage as FrameDamage {
            throw StoreError(damage, of: frame, path: path(of: frame))
        } catch let failure as IOFailure {
            throw StoreError(failure, address: frame.address)
        }
    }

    private func path(of frame: IndexedFrame) -> String { "\(packs.storage.path)/\(frame.location.pack.fileName)" }

    /// The payload under an address with its seal opened, as it goes into another store.
    func payload(_ digest: Digest) throws -> FramePayload { try openFrame(digest).payload }

    /// A collection may move a frame between the look into the index and the one into the pack: it is looked up again then.
    private func openFrame(_ digest: Digest) throws -> (frame: IndexedFrame, payload: FramePayload) {
        var frame = try frame(digest)
        while true {
            do {
                return (frame, try open(frame))
            } catch let error as StoreError where error.isLostContent {
                let again = try self.frame(digest)
                guard again.location != frame.location else {
                    if error.code != .notFound, error.code != .locked { suspectFrames.add(digest) }
                    throw error
                }
                frame = again
            }
        }
    }

    /// Takes a place for a frame, making a pack when it needs one. Nil when a flush has to come first.
    func allocate(_ payload: FramePayload, epoch: UInt64) throws -> StoreState.Slot? {
        let limit = options.packBytes
        while true {
            switch try state.withLock({ try $0.allocate(payload, epoch: epoch, packBytes: limit) }) {
            case .place(let slot): return slot
            case .mustFlush: return nil
            case .needsPack: try makePack(for: payload, epoch: epoch)
            }
        }
    }

    private func makePack(for payload: FramePayload, epoch: UInt64) throws {
        try packCreation.withLock { _ in
            guard try state.withLock({ try $0.needsPack(for: payload, epoch: epoch, packBytes: options.packBytes) }) else { return }
            let file = try PackFile.create(in: packs.storage, domains: packs.domains)
            statistics.createdPack()
            do {
                try state.withLock { try $0.open(file, epoch: epoch) }
            } catch {
                try? packs.storage.remove(file.id.fileName)
                throw error
            }
            packs.insert(file)
        }
    }
}
