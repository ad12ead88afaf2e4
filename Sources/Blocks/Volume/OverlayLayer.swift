import Synchronization

/// What was written to a volume between two points in time: the data of sectors in a sparse file, the map that says which they are, and
/// a log that makes flushes quick and whole (docs/formats/volume-overlay.md).
///
/// Its calls block, so they run on the pool. Sectors are written and read by any number of threads; the owner sees to it that nobody
/// writes while a flush is prepared or holes are punched, and that one flush at a time is under way.
final class OverlayLayer: Sendable {
    struct State {
        var map: LayerMap
        var recent: RecentSectors
        /// Nil until something is written.
        var live: LiveMarks?
        /// Data that was zeroed and still takes space.
        var holes: [Range<UInt64>] = []
        /// Whether the log must begin anew, because nobody knows what it holds behind its last good transaction.
        var isLogSuspect = false
        /// Whether a sync has failed: what was written before it may be nowhere.
        var hasLostWrites = false
    }

    let number: UInt64
    let header: LayerHeader
    let folder: OverlayFolder
    let data: any PackFileHandle
    let mapFile: any PackFileHandle
    let seal: SectorSeal?
    let state: Mutex<State>
    /// Nil until something is flushed.
    let log: Mutex<LayerLog?>

    /// A flush comes by itself when so many pages or holes wait for one.
    static let pagesWaiting = 256
    static let holesWaiting = 1024

    init(
        _ header: LayerHeader,
        data: any PackFileHandle,
        map: any PackFileHandle,
        parts: Set<OverlayFolder.Part>,
        in folder: OverlayFolder,
        domain: SealDomain
    ) throws {
        number = header.number
        self.header = header
        self.folder = folder
        self.data = data
        mapFile = map
        seal = domain.sectorSeal(layer: header.id)
        // What a process of this run of the kernel wrote is in the files, and newer than what it put into the log.
        var marks: [LiveMarks.Mark] = []
        var live =
            parts.contains(.live)
            ? try LiveMarks(continuing: folder.open(.live, of: number), run: folder.options.run) { marks.append($0) } : nil
        let isContinued = live != nil
        if parts.contains(.live), !isContinued { live = try LiveMarks(folder.open(.live, of: number), run: folder.options.run) }
        var log: LayerLog?
        if parts.contains(.log) {
            log = try LayerLog(folder.open(.log, of: number), layer: header.id, maximum: folder.options.logBytes)
            try log?.replay { target, bytes in
                switch target {
                case .sector(let sector):
                    if !isContinued { try data.writeWhole(Array(bytes), at: sector * UInt64(SectorBits.sectorBytes)) }
                case .page(let page): try map.writeWhole(Array(bytes), at: LayerMap.place(of: page))
                }
            }
        }
        if log != nil || isContinued {
            // The log begins anew, so nothing may stand there alone.
            try data.syncWhole()
            try map.syncWhole()
        }
        var opened = try LayerMap(map, of: header, cachedPages: folder.options.cachedPages)
        for mark in marks { try opened.apply(mark) }
        self.log = Mutex(log)
        state = Mutex(State(map: opened, recent: RecentSectors(limit: folder.options.loggedSectors), live: live))
    }

    var isEmpty: Bool { state.withLock { $0.map.isEmpty } }
    var pagesInMemory: Int { state.withLock { $0.map.pagesInMemory } }
    /// Whether all of it is durable in its place, which is so once nobody writes to it any more.
    var isSettled: Bool { log.withLock { $0 == nil } && state.withLock { $0.live == nil } }
    var hasLostWrites: Bool { state.withLock { $0.hasLostWrites } }

    var wantsFlush: Bool {
        state.withLock { $0.map.unloggedCount >= Self.pagesWaiting || $0.holes.count >= Self.holesWaiting }
    }

    func bits(of block: UInt64) throws -> SectorBits { try state.withLock { try $0.map.bits(of: block) } }

    /// The next block at or behind one that may be covered.
    func next(from block: UInt64) throws -> UInt64? { try state.withLock { try $0.map.next(from: block) } }

    // MARK: sectors

    /// Fills the buffer with sectors that were written.
    func read(into buffer: UnsafeMutableRawBufferPointer, sector: UInt64) throws {
        try data.readWhole(into: buffer, at: sector * UInt64(SectorBits.sectorBytes))
        try seal?.open(buffer, sector: sector)
    }

    /// Writes whole sectors. The map says so when they are written, and never before. Returns how many take new space.
    func write(_ bytes: UnsafeRawBufferPointer, sector: UInt64) throws -> Int {
        let place = sector * UInt64(SectorBits.sectorBytes)
        if let seal {
            let sealed = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
            defer { sealed.deallocate() }
            try seal.seal(bytes, to: sealed, sector: sector)
            try data.writeWhole(UnsafeRawBufferPointer(sealed), at: place)
        } else {
            try data.writeWhole(bytes, at: place)
        }
        let sectors = sector..<sector + UInt64(bytes.count / SectorBits.sectorBytes)
        return try state.withLock { state in
            let new = try Self.newSectors(in: sectors, &state)
            if new > 0 { try mark(LiveMarks.Mark(sectors: sectors, isZero: false), &state) }
            state.recent.add(sectors)
            return new
        }
    }

    /// Changes the map, for the next process too.
    private func mark(_ mark: LiveMarks.Mark, _ state: inout State) throws {
        if state.live == nil { state.live = try folder.createLive(of: number) }
        try state.live?.append(mark)
        try state.map.apply(mark)
    }

    /// How many of the sectors would take new space.
    func newSectors(in sectors: Range<UInt64>) throws -> Int { try state.withLock { try Self.newSectors(in: sectors, &$0) } }

    private static func newSectors(in sectors: Range<UInt64>, _ state: inout State) throws -> Int {
        var new = 0
        for (block, range) in sectors.sectorsByBlock {
            new += (SectorBits.mask(range) & ~(try state.map.bits(of: block).written)).nonzeroBitCount
        }
        return new
    }

    /// Makes zeros of sectors. What they took is given back by a flush.
    func zero(_ sectors: Range<UInt64>) throws {
        try state.withLock { state in
            var holes: [Range<UInt64>] = []
            for (block, range) in sectors.sectorsByBlock {
                let base = block * UInt64(SectorBits.sectorsPerBlock)
                for run in SectorBits.runs(of: try state.map.bits(of: block).written & SectorBits.mask(range)) {
                    holes.appendJoining(base + UInt64(run.lowerBound)..<base + UInt64(run.upperBound))
                }
            }
            try mark(LiveMarks.Mark(sectors: sectors, isZero: true), &state)
            for hole in holes { state.holes.appendJoining(hole) }
        }
    }
}

extension [Range<UInt64>] {
    /// Appends a range, to the last one where that ends where it begins.
    mutating func appendJoining(_ range: Range<UInt64>) {
        if let last, last.upperBound == range.lowerBound {
            self[count - 1] = last.lowerBound..<range.upperBound
        } else {
            append(range)
        }
    }
}
