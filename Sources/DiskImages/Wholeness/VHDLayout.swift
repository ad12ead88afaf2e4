/// A VHD: which of its blocks the table names. A fixed one has no table, and its footer stands behind all of its disk.
struct VHDLayout: DiskLayout {
    private static let name = "VHD"
    private static let sector: UInt64 = 512
    private static let unused = UInt32.max

    private let range: ImageRange
    private let header: VHDHeader

    var virtualBytes: UInt64 { header.virtualBytes }

    init(_ range: ImageRange) throws(DiskImageError) {
        self.range = range
        header = try VHDHeader(range)
    }

    func checkIsWhole(_ cancellation: BlockingCalls.Cancellation) throws(DiskImageError) {
        guard let table = header.table else { return }
        // In front of each block, in whole sectors: a bit for each of its sectors.
        let bitmap = (table.blockBytes / Self.sector / 8 + Self.sector - 1) / Self.sector * Self.sector
        let walk = TableWalk(range, of: Self.name, cancellation)
        let blocks = (virtualBytes + table.blockBytes - 1) / table.blockBytes
        try walk.entries(UInt32.self, count: blocks, at: table.place, order: .big) { _, entry throws(DiskImageError) in
            // The last block is whole, even where the disk ends in it: QEMU asks for it.
            guard entry != Self.unused else { return }
            try walk.require(bitmap + table.blockBytes, at: UInt64(entry) * Self.sector, "blocks")
        }
    }
}
