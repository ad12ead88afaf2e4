import NIOCore
import Synchronization

/// The bytes of a volume that can be written: a block map in the store, and over it layers of the volume's own.
///
/// A write returns when it can be read; it is durable after the next ``flush()``. What was not flushed may be lost with the process or the
/// power, sector by sector, and nothing else is. One process has a volume open at a time.
package final class VolumeDisk: Sendable {
    struct State {
        var stack: VolumeStack
        /// Frozen, and not settled yet: what of them is not durable is part of each flush.
        var unsettled: [OverlayLayer] = []
        var isClosed = false
        /// Held until the volume is closed.
        var lock: OverlayLock?
    }

    let folder: OverlayFolder
    let store: BlockStore
    package let domain: SealDomain
    let pool: DiskPool
    let options: VolumeOptions
    let state: Mutex<State>
    let room: VolumeRoom
    /// Shared by those who write, held alone by who freezes, punches holes or takes what is to be flushed.
    let gate = VolumeGate()
    /// Held by the one flush, freeze or rebase that is under way.
    let flushing = VolumeGate()
    /// In which order several volumes are held.
    let order: UInt64

    private static let opened = Atomic<UInt64>(0)
    /// The most that one call reads or writes.
    package static let callBytesMax = 64 << 20

    private init(
        _ stack: VolumeStack,
        allocated: UInt64,
        in folder: OverlayFolder,
        _ lock: OverlayLock?,
        _ store: BlockStore,
        _ domain: SealDomain,
        _ pool: DiskPool
    ) {
        self.folder = folder
        self.store = store
        self.domain = domain
        self.pool = pool
        options = folder.options
        // A process before may have ended between freezing a layer and settling it.
        state = Mutex(State(stack: stack, unsettled: stack.layers.dropFirst().reversed().filter { !$0.isSettled }, lock: lock))
        room = VolumeRoom(folder, allocated: allocated)
        order = Self.opened.add(1, ordering: .relaxed).newValue
    }

    /// Opens the volume whose layers are in `folder`, making the folder (0700) when it is missing. Nobody else can until it is closed.
    ///
    /// - Parameters:
    ///   - base: the address of the root that it was made from, or was laid into since; nil for a volume of zeros.
    ///   - baseDomain: in which the base is stored, when it is another than the volume's own.
    ///   - domain: whose key seals the layers, and in which points in time are stored.
    ///   - mergedThrough: the last layer that is in the base, 0 for none. Those up to it are removed.
    package static func open(
        folder: String,
        base: Digest?,
        baseDomain: SealDomain? = nil,
        in store: BlockStore,
        domain: SealDomain = .open,
        volumeBytes: UInt64,
        mergedThrough: UInt64 = 0,
        pool: DiskPool,
        options: VolumeOptions = VolumeOptions()
    ) async throws -> VolumeDisk {
        let storage = LocalPackStorage(path: folder, writesBehind: false)
        let lock = try await blocking(pool) {
            try storage.prepare()
            return try OverlayLock(folder)
        }
        return try await open(
            storage: storage,
            lock,
            base: base,
            baseDomain: baseDomain,
            in: store,
            domain: domain,
            volumeBytes: volumeBytes,
            mergedThrough: mergedThrough,
            pool: pool,
            options: options
        )
    }

    /// Opens a volume over any storage.
    package static func open(
        storage: any PackStorage,
        _ lock: OverlayLock? = nil,
        base: Digest?,
        baseDomain: SealDomain? = nil,
        in store: BlockStore,
        domain: SealDomain = .open,
        volumeBytes: UInt64,
        mergedThrough: UInt64 = 0,
        pool: DiskPool,
        options: VolumeOptions = VolumeOptions()
    ) async throws -> VolumeDisk {
        try check(volumeBytes: volumeBytes)
        let folder = OverlayFolder(storage: storage, options: options)
        let base = try await VolumeBase(base, in: store, domain: baseDomain ?? domain, cachedBlocks: options.cachedBlocks)
        guard volumeBytes >= base.root?.volumeBytes ?? 0 else {
            throw VolumeError(.outOfRange, "a volume of \(volumeBytes) bytes is smaller than its base")
        }
        let (layers, allocated) = try await blocking(pool) {
            let layers = try folder.openLayers(mergedThrough: mergedThrough, in: domain)
            return (layers, try folder.allocatedBytes(layers.map(\.number)))
        }
        let stack = VolumeStack(layers: layers.reversed(), base: base, volumeBytes: volumeBytes)
        return VolumeDisk(stack, allocated: allocated, in: folder, lock, store, domain, pool)
    }

    /// Removes all that a volume has in its folder, and the folder.
    package static func delete(folder: String, pool: DiskPool) async throws {
        try await blocking(pool) { try OverlayFolder.delete(folder) }
    }

    static func check(volumeBytes: UInt64) throws(VolumeError) {
        guard volumeBytes > 0, volumeBytes <= BlockMapRoot.maximumVolumeBytes, volumeBytes % UInt64(SectorBits.sectorBytes) == 0 else {
            throw VolumeError(.outOfRange, "a volume cannot have \(volumeBytes) bytes")
        }
    }

    /// Runs what blocks on a thread of the pool, to its end.
    static func blocking<Value: Sendable>(_ pool: DiskPool, _ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        do {
            return try await pool.runToEnd(body)
        } catch {
            throw VolumeError.told(error)
        }
    }

    func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await Self.blocking(pool, body)
    }

    package var volumeBytes: UInt64 { stack.volumeBytes }

    /// How many layers the volume has; each but the last is a point in time that is not in the base.
    package var layerCount: Int { stack.layers.count }

    /// Pages of the layers' maps that are in memory, 4 KiB each.
    package var pagesInMemory: Int { stack.layers.reduce(0) { $0 + $1.pagesInMemory } }

    /// The last layer that is in the base; 0 for none.
    package var mergedThrough: UInt64 { (stack.layers.last?.number ?? 1) - 1 }

    /// What the layers stand over, and in which domain; nil for zeros. Who collects garbage keeps it.
    package var base: (address: Digest, domain: SealDomainID)? {
        let base = stack.base
        return base.address.map { ($0, base.domain.id) }
    }

    /// Bytes of the disk that the data of the layers takes.
    package var allocatedBytes: UInt64 { room.allocated }

    // As in `StoreWriter`, locks are taken in functions that are not inlined into those that suspend.
    var stack: VolumeStack { @inline(never) get { state.withLock { $0.stack } } }

    private var unsettled: [OverlayLayer] { @inline(never) get { state.withLock { $0.unsettled } } }

    @inline(never) private func settled(_ layer: OverlayLayer) { state.withLock { $0.unsettled.removeAll { $0 === layer } } }

    @inline(never) private func endWrites() {
        state.withLock { state in
            state.isClosed = true
            state.lock = nil
        }
    }

    /// The stack, for those who are about to change something, and the layer that is written to.
    @inline(never) func open() throws -> (stack: VolumeStack, active: OverlayLayer) {
        let (stack, isClosed) = state.withLock { ($0.stack, $0.isClosed) }
        guard !isClosed, let active = stack.layers.first else { throw VolumeError(.closed, "the volume is closed") }
        if active.hasLostWrites { throw OverlayLayer.lostWrites(active.number) }
        return (stack, active)
    }

    /// Throws unless the range is within the volume, and the call not too large.
    func check(_ range: Range<UInt64>, atMost: UInt64 = UInt64(callBytesMax)) throws -> VolumeStack {
        let stack = stack
        guard range.upperBound <= stack.volumeBytes, UInt64(range.count) <= atMost else {
            throw VolumeError(.outOfRange, "the bytes \(range) are not within a volume of \(stack.volumeBytes), or too many at once")
        }
        return stack
    }

    /// Makes the volume larger. What is new reads as zeros.
    package func grow(to volumeBytes: UInt64) throws {
        try Self.check(volumeBytes: volumeBytes)
        try state.withLock { state in
            guard volumeBytes >= state.stack.volumeBytes else {
                throw VolumeError(.outOfRange, "a volume of \(state.stack.volumeBytes) bytes does not become smaller")
            }
            state.stack.volumeBytes = volumeBytes
        }
    }

    // MARK: flush

    /// Returns when everything is durable that was written by calls that have returned. Flushes that wait for each other share one.
    package func flush() async throws {
        try await flushing.exclusive { try await flushAlone() }
    }

    /// As `flush`, for who holds `flushing`.
    func flushAlone() async throws {
        try await settle()
        let (_, active) = try open()
        guard let flush = try await gate.exclusive({ try await blocking { try active.prepareFlush() } }) else { return }
        try await blocking { try active.finishFlush(flush) }
        if flush.holes.isEmpty, !active.marksAreLong { return }
        try await gate.exclusive { try await blocking { [room] in room.give(try active.giveBack(after: flush)) } }
    }

    /// Makes frozen layers durable in their place, the oldest first. For who holds `flushing`.
    func settle() async throws {
        for layer in unsettled {
            try await blocking { [room] in room.give(try layer.settle()) }
            settled(layer)
        }
    }

    /// Flushes, and takes nothing more. Reads go on.
    package func close() async throws {
        try await flushing.exclusive {
            defer { endWrites() }
            try await flushAlone()
        }
    }
}
