/// A QED file: QEMU's docs/interop/qed_spec.txt.
struct QEDLayout: DiskLayout {
    private static let name = "QED"
    /// Bits of the features.
    private static let hasBackingFile: UInt64 = 1
    private static let backingFileIsRaw: UInt64 = 1 << 2

    let virtualBytes: UInt64
    let backing: BackingReference?
    private let range: ImageRange
    private let clusterBytes: UInt64
    /// Entries of a table.
    private let entries: UInt64
    private let table: UInt64

    init(_ range: ImageRange, _ references: References) throws(DiskImageError) {
        let header = try range.fields(64, at: 0, of: "QED header")
        let features = header.little(UInt64.self, at: 16)
        let cluster = header.little(UInt32.self, at: 4)
        let clustersOfTable = header.little(UInt32.self, at: 8)
        if features & Self.hasBackingFile == 0 {
            backing = nil
        } else {
            guard case .followed = references else { throw DiskImageError(.reference, "The file refers to a backing file.") }
            let count = header.little(UInt32.self, at: 60)
            guard (1...1_023).contains(count) else {
                throw DiskImageError(.content, "The QED has a backing file without a name: it is damaged.")
            }
            let name = try range.fields(Int(count), at: Int64(header.little(UInt32.self, at: 56)), of: "QED header").text
            backing = BackingReference(name: name, format: features & Self.backingFileIsRaw != 0 ? "raw" : nil)
        }
        guard (1 << 12...1 << 26).contains(cluster), cluster & (cluster - 1) == 0, (1...16).contains(clustersOfTable) else {
            throw DiskImageError(.content, "The QED has clusters of \(cluster) bytes; a power of two from 4 KiB to 64 MiB is allowed.")
        }
        virtualBytes = header.little(UInt64.self, at: 48)
        table = header.little(UInt64.self, at: 40)
        clusterBytes = UInt64(cluster)
        entries = UInt64(clustersOfTable) * clusterBytes / 8
        self.range = range
        guard (virtualBytes / clusterBytes) / entries <= entries else {
            throw DiskImageError(.content, "The QED's table is smaller than its disk: it is damaged.")
        }
    }

    func checkIsWhole(_ cancellation: BlockingCalls.Cancellation) throws(DiskImageError) {
        let walk = TableWalk(range, of: Self.name, cancellation)
        try walk.entries(UInt64.self, count: entries, at: table, order: .little) { number, place throws(DiskImageError) in
            guard place != 0, number <= virtualBytes / (entries * clusterBytes) else { return }
            let first = number * entries * clusterBytes
            try walk.entries(UInt64.self, count: entries, at: place, order: .little) { number, place throws(DiskImageError) in
                let start = first + number * clusterBytes
                // 1 is a cluster of zeros. All others are whole: QEMU asks for it.
                guard place > 1, start < virtualBytes else { return }
                try walk.require(clusterBytes, at: place, "clusters")
            }
        }
    }
}
