/// A disk in VirtualBox's own format. One that refers to others is of a type that QEMU does not read.
struct VDILayout: DiskLayout {
    private static let name = "VDI"
    /// Entries from here on name no block: one that was never written, and one that was discarded.
    private static let firstUnused: UInt32 = 0xffff_fffe

    let virtualBytes: UInt64
    private let range: ImageRange
    private let blockBytes: UInt64
    private let table: UInt64
    /// Where block 0 stands.
    private let data: UInt64

    init(_ range: ImageRange) throws(DiskImageError) {
        let header = try range.fields(512, at: 0, of: "VDI header")
        // 1 is dynamic, 2 fixed; 3 and 4 hold what differs from another disk.
        guard (1...2).contains(header.little(UInt32.self, at: 76)) else {
            throw DiskImageError(
                .incomplete,
                "The VDI refers to a parent disk: make it a disk of its own first (VBoxManage clonemedium)."
            )
        }
        let blocks = header.little(UInt32.self, at: 384)
        virtualBytes = header.little(UInt64.self, at: 368)
        blockBytes = UInt64(header.little(UInt32.self, at: 376))
        table = UInt64(header.little(UInt32.self, at: 340))
        data = UInt64(header.little(UInt32.self, at: 344))
        self.range = range
        guard blockBytes == 1 << 20, header.little(UInt32.self, at: 380) == 0 else {
            throw DiskImageError(.content, "The VDI has blocks of \(blockBytes) bytes; 1 MiB is read.")
        }
        guard virtualBytes <= UInt64(blocks) * blockBytes else {
            throw DiskImageError(.content, "The VDI's table is smaller than its disk: it is damaged.")
        }
    }

    func checkIsWhole(_ cancellation: BlockingCalls.Cancellation) throws(DiskImageError) {
        let walk = TableWalk(range, of: Self.name, cancellation)
        let blocks = (virtualBytes + blockBytes - 1) / blockBytes
        try walk.entries(UInt32.self, count: blocks, at: table, order: .little) { number, entry throws(DiskImageError) in
            guard entry < Self.firstUnused else { return }
            try walk.require(min(blockBytes, virtualBytes - number * blockBytes), at: data + UInt64(entry) * blockBytes, "blocks")
        }
    }
}
