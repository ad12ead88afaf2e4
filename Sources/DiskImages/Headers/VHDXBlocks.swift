/// The table of a VHDX, which says where each block stands.
struct VHDXBlocks {
    private let range: ImageRange
    private let header: VHDXHeader

    /// In the lowest three bits of an entry: the block is all there.
    private static let present: UInt64 = 6
    private static let entriesAtOnce: UInt64 = 8_192

    init(_ range: ImageRange) throws(DiskImageError) {
        self.range = range
        header = try VHDXHeader(range)
    }

    /// Throws when a block stands behind the end of the file. Reads the table, 8 bytes for each block.
    func check(_ cancellation: BlockingCalls.Cancellation) throws(DiskImageError) {
        // Behind each run of this many blocks stands an entry for a bitmap, which only differencing disks have.
        let run = (1 << 23) * 512 / header.blockBytes
        let blocks = (header.virtualBytes - 1) / header.blockBytes + 1
        let (entries, isOver) = blocks.addingReportingOverflow((blocks - 1) / run)
        guard !isOver, entries <= header.table.length / 8 else {
            throw DiskImageError(.content, "The VHDX's table of blocks is smaller than its disk: it is damaged.")
        }
        var first: UInt64 = 0
        while first < entries {
            if cancellation.isRequested { return }
            let count = min(entries - first, Self.entriesAtOnce)
            let table = try range.fields(Int(count) * 8, at: Int64(header.table.offset + first * 8), of: "VHDX table of blocks")
            for index in 0..<count where (first + index) % (run + 1) != run {
                try check(table.little(UInt64.self, at: Int(index) * 8))
            }
            first += count
        }
    }

    private func check(_ entry: UInt64) throws(DiskImageError) {
        // Above its lowest 20 bits stands the block's place, in MiB.
        let place = entry & ~0xF_FFFF
        guard entry & 0b111 != Self.present || (place <= UInt64(range.length) && header.blockBytes <= UInt64(range.length) - place) else {
            throw DiskImageError(.content, "The VHDX ends before its blocks do: it is damaged, or was cut short.")
        }
    }
}
