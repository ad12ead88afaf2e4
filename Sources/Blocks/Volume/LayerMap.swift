/// The map of one layer: a bounded number of pages in memory, the others in the file. Always behind the layer's lock.
///
/// A page that was changed is *unlogged* until its bytes are in the log, and *logged* until they are in their place too. It stays
/// in memory for so long.
struct LayerMap {
    private let file: any PackFileHandle
    private let header: LayerHeader
    private let cachedPages: Int
    /// Nil is a page that covers nothing.
    private var pages: [UInt64: (page: LayerMapPage?, used: UInt64)] = [:]
    private var uses: UInt64 = 0
    private var fileBytes: UInt64
    private var unlogged: Set<UInt64> = []
    private var underway: Set<UInt64> = []
    private var logged: Set<UInt64> = []

    init(_ file: any PackFileHandle, of header: LayerHeader, cachedPages: Int) throws(IOFailure) {
        self.file = file
        self.header = header
        self.cachedPages = cachedPages
        fileBytes = try file.size()
    }

    /// Whether no sector was ever covered.
    var isEmpty: Bool { fileBytes <= LayerHeader.firstPage && unlogged.isEmpty && underway.isEmpty && logged.isEmpty }
    var isLogged: Bool { unlogged.isEmpty }
    var unloggedCount: Int { unlogged.count }
    var loggedCount: Int { logged.count }
    var pagesInMemory: Int { pages.count }

    mutating func bits(of block: UInt64) throws -> SectorBits {
        try page(block / UInt64(LayerMapPage.blocks))?[Int(block % UInt64(LayerMapPage.blocks))] ?? SectorBits()
    }

    private mutating func change(_ block: UInt64, _ body: (inout SectorBits) -> Void) throws {
        let (number, slot) = (block / UInt64(LayerMapPage.blocks), Int(block % UInt64(LayerMapPage.blocks)))
        let old = try page(number)?[slot] ?? SectorBits()
        var new = old
        body(&new)
        if new == old { return }
        if pages[number]?.page == nil { pages[number] = (LayerMapPage(), uses) }
        pages[number]?.page?[slot] = new
        unlogged.insert(number)
    }

    mutating func apply(_ mark: LiveMarks.Mark) throws {
        for (block, range) in mark.sectors.sectorsByBlock {
            let mask = SectorBits.mask(range)
            try change(block) { if mark.isZero { $0.zero(mask) } else { $0.write(mask) } }
        }
    }

    /// The next block at or behind one that may be covered, nil when there is none: of what is skipped no page was ever written.
    mutating func next(from block: UInt64) throws -> UInt64? {
        let first = block / UInt64(LayerMapPage.blocks)
        let changed = unlogged.union(underway).union(logged).filter { $0 >= first }.min()
        let stored = try file.nextData(at: Self.place(of: first)).map { place in
            max(first, (max(place, LayerHeader.firstPage) - LayerHeader.firstPage) / UInt64(LayerMapPage.bytes))
        }
        guard let page = [changed, stored].compactMap({ $0 }).min() else { return nil }
        return max(block, page * UInt64(LayerMapPage.blocks))
    }

    private mutating func page(_ number: UInt64) throws -> LayerMapPage? {
        uses += 1
        if let page = pages[number]?.page {
            pages[number]?.used = uses
            return page
        }
        if pages[number] != nil { return nil }
        let place = Self.place(of: number)
        var page: LayerMapPage?
        if place < fileBytes {
            let bytes = try file.readWhole(LayerMapPage.bytes, at: place)
            guard let read = LayerMapPage(decoding: bytes, number: number, layer: header.id) else {
                throw VolumeError(.damaged, "the map of layer \(header.number) is damaged at \(place)")
            }
            page = read == LayerMapPage() ? nil : read
        }
        if pages.count >= cachedPages + unlogged.count + underway.count + logged.count { evict() }
        pages[number] = (page, uses)
        return page
    }

    /// Half of what may go, the longest unused first.
    private mutating func evict() {
        let free = pages.filter { !unlogged.contains($0.key) && !underway.contains($0.key) && !logged.contains($0.key) }
        for (number, _) in free.sorted(by: { $0.value.used < $1.value.used }).prefix(max(1, free.count / 2)) { pages[number] = nil }
    }

    static func place(of page: UInt64) -> UInt64 { LayerHeader.firstPage + page * UInt64(LayerMapPage.bytes) }

    // MARK: to the disk

    private func encoded(_ numbers: Set<UInt64>) -> [(page: UInt64, bytes: [UInt8])] {
        numbers.sorted().compactMap { number in
            pages[number]?.page.map { (number, $0.encoded(number: number, layer: header.id)) }
        }
    }

    /// The pages that are to be logged. They are underway until it is said how that ended.
    mutating func beginLogging() -> [(page: UInt64, bytes: [UInt8])] {
        underway = unlogged
        unlogged = []
        return encoded(underway)
    }

    mutating func endLogging(successfully: Bool) {
        if successfully { logged.formUnion(underway) } else { unlogged.formUnion(underway) }
        underway = []
    }

    /// The pages whose bytes in the log are to be replaced by bytes in their place.
    func loggedPages() -> [(page: UInt64, bytes: [UInt8])] { encoded(logged) }

    mutating func placed(through end: UInt64) {
        logged = []
        fileBytes = max(fileBytes, end)
    }
}
