/// The tables of a sparse VMDK, which say where each grain stands.
struct VMDKGrains {
    private static let name = "VMDK"
    private static let sector = UInt64(VMDKHeader.sector)
    private static let tableEntries = UInt64(VMDKHeader.tableEntries)

    private let range: ImageRange
    private let header: VMDKHeader

    init(_ range: ImageRange, _ header: VMDKHeader) {
        self.range = range
        self.header = header
    }

    /// Throws when a table or a grain stands behind the end of the file. Reads all tables, 64 KiB for each 2 GiB of a full disk.
    func check(_ cancellation: BlockingCalls.Cancellation) throws(DiskImageError) {
        let walk = TableWalk(range, of: Self.name, cancellation)
        let ends = header.isCompressed ? try CompressedGrains(range, grain: header.grain * Self.sector) : nil
        let tables = (header.capacity - 1) / (header.grain * Self.tableEntries) + 1
        try walk.entries(UInt32.self, count: tables, at: place(header.directory), order: .little) { number, table throws(DiskImageError) in
            guard table != 0 else { return }
            let first = number * Self.tableEntries * header.grain
            let count = min(Self.tableEntries, (header.capacity - first - 1) / header.grain + 1)
            // The whole table, whose rest names nothing.
            try walk.require(Self.tableEntries * 4, at: place(UInt64(table)), "tables")
            try walk.entries(UInt32.self, count: count, at: place(UInt64(table)), order: .little) { index, grain throws(DiskImageError) in
                guard grain != 0, !(header.hasZeroGrains && grain == 1) else { return }
                let left = (header.capacity - first - index * header.grain) * Self.sector
                let at = place(UInt64(grain))
                try walk.require(ends?.bytes(at: at) ?? min(header.grain * Self.sector, left), at: at, "grains")
            }
        }
    }

    private func place(_ sector: UInt64) -> UInt64 {
        let (place, isOver) = sector.multipliedReportingOverflow(by: Self.sector)
        return isOver ? .max : place
    }
}

/// How long compressed grains are: it stands in front of each. Only those at the end of a file can reach behind it, so only those are looked
/// at, and what they say is read once.
private struct CompressedGrains {
    private static let markerBytes: UInt64 = 12

    private let tail: HeaderFields
    private let start: UInt64

    init(_ range: ImageRange, grain bytes: UInt64) throws(DiskImageError) {
        let length = UInt64(range.length)
        // QEMU reads twice a grain's bytes for a compressed one at most.
        start = length - min(length, 2 * bytes + Self.markerBytes)
        tail = HeaderFields(try range.read(Int(length - start), at: Int64(start)))
    }

    func bytes(at place: UInt64) -> UInt64 {
        guard place >= start, place - start + Self.markerBytes <= UInt64(tail.bytes.count) else { return Self.markerBytes }
        return Self.markerBytes + UInt64(tail.little(UInt32.self, at: Int(place - start) + 8))
    }
}
