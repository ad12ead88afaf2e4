/// The tables of a sparse VMDK, which say where each grain stands.
struct VMDKGrains {
    private let range: ImageRange
    private let header: VMDKHeader

    init(_ range: ImageRange) throws(DiskImageError) {
        self.range = range
        header = try VMDKHeader(range)
    }

    /// Throws when a table or a grain stands behind the end of the file. Reads all tables, 64 KiB for each 2 GiB of a full disk.
    func check(_ cancellation: BlockingCalls.Cancellation) throws(DiskImageError) {
        let tables = (header.capacity - 1) / (header.grain * UInt64(VMDKHeader.tableEntries)) + 1
        var first: UInt64 = 0
        while first < tables {
            if cancellation.isRequested { return }
            let count = min(tables - first, 1_024)
            let directory = try entries(Int(count), atSector: header.directory, skipping: first)
            for (index, table) in directory.enumerated() where table != 0 {
                try check(table: UInt64(table), number: first + UInt64(index))
            }
            first += count
        }
    }

    private func check(table: UInt64, number: UInt64) throws(DiskImageError) {
        let grains = try entries(VMDKHeader.tableEntries, atSector: table, skipping: 0)
        for (index, grain) in grains.enumerated() where grain != 0 && !(header.hasZeroGrains && grain == 1) {
            let start = (number * UInt64(VMDKHeader.tableEntries) + UInt64(index)) * header.grain
            guard start < header.capacity else { continue }
            // Of a compressed one, how many bytes it has stands in its first 12, and an end in the middle is found when it is unpacked.
            let bytes = header.isCompressed ? 12 : min(header.grain, header.capacity - start) * UInt64(VMDKHeader.sector)
            guard UInt64(grain) * UInt64(VMDKHeader.sector) + bytes <= UInt64(range.length) else { throw Self.cut }
        }
    }

    private func entries(_ count: Int, atSector sector: UInt64, skipping first: UInt64) throws(DiskImageError) -> [UInt32] {
        guard sector < UInt64(range.length) / UInt64(VMDKHeader.sector) else { throw Self.cut }
        let fields = try range.fields(count * 4, at: Int64(sector) * VMDKHeader.sector + Int64(first) * 4, of: "VMDK table")
        return (0..<count).map { fields.little(UInt32.self, at: $0 * 4) }
    }

    private static let cut = DiskImageError(.content, "The VMDK ends before its grains do: it is damaged, or was cut short.")
}
