/// A VHDX: which of its blocks the table names.
struct VHDXLayout: DiskLayout {
    private static let name = "VHDX"
    /// In the lowest three bits of an entry: the block is all there.
    private static let present: UInt64 = 6

    private let range: ImageRange
    private let header: VHDXHeader

    var virtualBytes: UInt64 { header.virtualBytes }

    init(_ range: ImageRange) throws(DiskImageError) {
        self.range = range
        header = try VHDXHeader(range)
    }

    func checkIsWhole(_ cancellation: BlockingCalls.Cancellation) throws(DiskImageError) {
        // Behind each run of this many blocks stands an entry for a bitmap, which only differencing disks have.
        let run = (1 << 23) * 512 / header.blockBytes
        let blocks = (header.virtualBytes - 1) / header.blockBytes + 1
        let (entries, isOver) = blocks.addingReportingOverflow((blocks - 1) / run)
        guard !isOver, entries <= header.table.length / 8 else {
            throw DiskImageError(.content, "The VHDX's table of blocks is smaller than its disk: it is damaged.")
        }
        let walk = TableWalk(range, of: Self.name, cancellation)
        try walk.entries(UInt64.self, count: entries, at: header.table.offset, order: .little) { number, entry throws(DiskImageError) in
            guard number % (run + 1) != run, entry & 0b111 == Self.present else { return }
            let start = (number - number / (run + 1)) * header.blockBytes
            // Above its lowest 20 bits stands the block's place, in MiB.
            try walk.require(min(header.blockBytes, header.virtualBytes - start), at: entry & ~0xF_FFFF, "blocks")
        }
    }
}
