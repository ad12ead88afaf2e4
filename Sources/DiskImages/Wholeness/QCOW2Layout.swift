/// A qcow2 file: which of its clusters the L1 and L2 tables name, those of its snapshots included.
struct QCOW2Layout: DiskLayout {
    /// Of each table one number is kept, so that snapshots that share tables cost nothing: 16 MiB for all. Clusters of the usual 64 KiB make
    /// disks of 512 TiB of so many tables.
    private static let mostTables = 1 << 20
    /// In an entry of the L1 table, and of an L2 table for what is not compressed.
    private static let placeBits: UInt64 = 0x00ff_ffff_ffff_fe00
    private static let name = "qcow2"

    let backing: BackingReference?
    let dataFile: String?
    private let range: ImageRange
    private let header: QCOW2Header
    /// Where clusters stand.
    private let data: ImageRange

    var virtualBytes: UInt64 { header.virtualBytes }

    init(_ range: ImageRange, _ references: References) throws(DiskImageError) {
        header = try QCOW2Header(range)
        self.range = range
        guard case .followed = references else {
            guard !header.hasBackingFile else { throw DiskImageError(.reference, "The file refers to a backing file.") }
            guard !header.hasExternalData else { throw DiskImageError(.reference, "The file refers to an external data file.") }
            (backing, dataFile, data) = (nil, nil, range)
            return
        }
        backing = try header.backing()
        dataFile = try header.dataFile().map(references.path)
        data = try dataFile.map { name throws(DiskImageError) in ImageRange(try ImageFile(opening: name)) } ?? range
    }

    func checkIsWhole(_ cancellation: BlockingCalls.Cancellation) throws(DiskImageError) {
        let walk = TableWalk(range, of: Self.name, cancellation)
        try walk.entries(
            UInt64.self,
            count: (UInt64(header.refcountTable.clusters) << header.clusterBits) / 8,
            at: header.refcountTable.place,
            order: .big
        ) {
            _,
            entry throws(DiskImageError) in
            let place = entry & ~0x1ff
            if place != 0 { try walk.require(header.clusterBytes, at: place, "tables") }
        }
        var seen: Set<UInt64> = []
        var tail = QCOW2Tail(range, header)
        func check(l1 place: UInt64, entries: UInt64, disk bytes: UInt64) throws(DiskImageError) {
            try walk.entries(UInt64.self, count: entries, at: place, order: .big) { number, entry throws(DiskImageError) in
                let table = entry & Self.placeBits
                guard table != 0, seen.insert(table).inserted else { return }
                guard seen.count <= Self.mostTables else {
                    throw DiskImageError(
                        .size,
                        "The qcow2 has too many tables: write it anew with larger clusters (qemu-img convert -O qcow2)."
                    )
                }
                let start = (number * header.l2Entries) << header.clusterBits
                try checkL2(table, disk: bytes > start ? bytes - start : 0, walk, &tail)
            }
        }
        try check(l1: header.l1Place, entries: header.l1EntriesNeeded, disk: header.virtualBytes)
        // Theirs are longer than a disk where they hold a machine's memory.
        try snapshots(walk) { place, entries throws(DiskImageError) in try check(l1: place, entries: entries, disk: .max) }
    }

    /// - Parameter bytes: how much of the disk begins where the table does.
    private func checkL2(_ table: UInt64, disk bytes: UInt64, _ walk: TableWalk, _ tail: inout QCOW2Tail) throws(DiskImageError) {
        try walk.require(header.clusterBytes, at: table, "tables")
        let words = header.entryBytes / 8
        var entry: UInt64 = 0
        try walk.entries(UInt64.self, count: header.l2Entries * words, at: table, order: .big) { number, word throws(DiskImageError) in
            // The second word of an extended entry says which parts of the cluster are there.
            if number % words == 0 { entry = word }
            guard number % words == words - 1 else { return }
            let start = (number / words) << header.clusterBits
            guard start < bytes else { return }
            let clusterBytes = words == 2 ? allocated(word) : header.clusterBytes
            try check(entry, bytes: min(clusterBytes, bytes - start), &tail)
        }
    }

    /// Where the last of 32 parts of a cluster that hold data ends.
    private func allocated(_ bitmap: UInt64) -> UInt64 {
        let parts = UInt32(truncatingIfNeeded: bitmap)
        return UInt64(32 - parts.leadingZeroBitCount) * header.clusterBytes / 32
    }

    private func check(_ entry: UInt64, bytes: UInt64, _ tail: inout QCOW2Tail) throws(DiskImageError) {
        // Bit 62.
        guard entry & 1 << 62 == 0 else { return try tail.check(compressed: entry) }
        let isZero = !header.hasExtendedL2 && header.version >= 3 && entry & 1 == 1
        // Bit 63 says that a cluster is in use; in a file of its own one can stand at 0.
        guard !isZero, entry & Self.placeBits != 0 || (header.hasExternalData && entry >> 63 == 1) else { return }
        try data.require(bytes, at: entry & Self.placeBits, "clusters", of: Self.name)
    }

    /// The L1 table of each snapshot.
    private func snapshots(_ walk: TableWalk, _ body: (_ place: UInt64, _ entries: UInt64) throws(DiskImageError) -> Void)
        throws(DiskImageError)
    {
        var place = header.snapshots.place
        for _ in 0..<header.snapshots.count {
            try walk.require(40, at: place, "snapshots")
            let entry = try range.fields(40, at: Int64(place), of: "table of snapshots")
            let entries = UInt64(entry.big(UInt32.self, at: 8))
            let names = UInt64(entry.big(UInt16.self, at: 12)) + UInt64(entry.big(UInt16.self, at: 14))
            let bytes = (40 + UInt64(entry.big(UInt32.self, at: 36)) + names + 7) / 8 * 8
            try walk.require(bytes - 7, at: place, "snapshots")
            guard entries * 8 <= 32 << 20 else { throw DiskImageError(.content, "The qcow2 has tables that are too large: it is damaged.") }
            try body(entry.big(UInt64.self, at: 0), entries)
            place += bytes
        }
    }
}
