/// The header of a qcow2 file: QEMU's docs/interop/qcow2.txt.
struct QCOW2Header {
    /// Bits of the incompatible features.
    private enum Feature {
        static let corrupt: UInt64 = 1 << 1
        static let externalData: UInt64 = 1 << 2
        static let extendedL2: UInt64 = 1 << 4
        /// Besides those: dirty, whose tables are right all the same, and the type of compression.
        static let known: UInt64 = 0b11111
    }

    enum Compression {
        case deflate
        case zstd
    }

    let version: UInt32
    let clusterBits: UInt32
    let virtualBytes: UInt64
    let l1Entries: UInt32
    let l1Place: UInt64
    let refcountTable: (place: UInt64, clusters: UInt32)
    let snapshots: (place: UInt64, count: UInt32)
    let compression: Compression
    let hasExtendedL2: Bool
    let hasExternalData: Bool
    private let backingName: (place: UInt64, count: UInt32)
    private let range: ImageRange
    private let headerBytes: UInt64

    var clusterBytes: UInt64 { 1 << clusterBits }
    var entryBytes: UInt64 { hasExtendedL2 ? 16 : 8 }
    /// Entries of an L2 table, which fills a cluster.
    var l2Entries: UInt64 { clusterBytes / entryBytes }
    var hasBackingFile: Bool { backingName.place != 0 }

    init(_ range: ImageRange) throws(DiskImageError) {
        let header = try range.fields(72, at: 0, of: "qcow2 header")
        version = header.big(UInt32.self, at: 4)
        guard (2...3).contains(version) else { throw Self.unread("version \(version)") }
        let extended = version >= 3 ? try range.fields(112, at: 0, of: "qcow2 header") : nil
        let features = extended?.big(UInt64.self, at: 72) ?? 0
        headerBytes = extended.map { UInt64($0.big(UInt32.self, at: 100)) } ?? 72
        clusterBits = header.big(UInt32.self, at: 20)
        virtualBytes = header.big(UInt64.self, at: 24)
        l1Entries = header.big(UInt32.self, at: 36)
        l1Place = header.big(UInt64.self, at: 40)
        refcountTable = (header.big(UInt64.self, at: 48), header.big(UInt32.self, at: 56))
        snapshots = (header.big(UInt64.self, at: 64), header.big(UInt32.self, at: 60))
        backingName = (header.big(UInt64.self, at: 8), header.big(UInt32.self, at: 16))
        hasExtendedL2 = features & Feature.extendedL2 != 0
        hasExternalData = features & Feature.externalData != 0
        let compression = extended.map { $0.big(UInt32.self, at: 100) > 104 ? $0.bytes[104] : 0 } ?? 0
        self.compression = compression == 1 ? .zstd : .deflate
        self.range = range
        guard features & ~Feature.known == 0, compression <= 1 else { throw Self.unread("features that are not known here") }
        guard features & Feature.corrupt == 0 else {
            throw DiskImageError(.content, "The qcow2 is marked as corrupt: repair it with qemu-img check -r all.")
        }
        guard header.big(UInt32.self, at: 32) == 0 else {
            throw DiskImageError(.content, "The qcow2 is encrypted: decrypt it with qemu-img convert first.")
        }
        try checkBounds()
    }

    /// Bounds what QEMU allocates from the header, as it does itself.
    private func checkBounds() throws(DiskImageError) {
        guard (9...21).contains(clusterBits), headerBytes <= clusterBytes else {
            throw DiskImageError(.content, "The qcow2 has clusters of 2^\(clusterBits) bytes; 512 bytes to 2 MiB are allowed.")
        }
        guard UInt64(l1Entries) * 8 <= 32 << 20, UInt64(refcountTable.clusters) << clusterBits <= 8 << 20, snapshots.count <= 65_536 else {
            throw DiskImageError(.content, "The qcow2 has tables that are too large: it is damaged.")
        }
        guard UInt64(l1Entries) >= l1EntriesNeeded else {
            throw DiskImageError(.content, "The qcow2's table is smaller than its disk: it is damaged.")
        }
    }

    /// Entries of the L1 table that the disk takes; the rest held a machine's memory.
    var l1EntriesNeeded: UInt64 {
        let bytes = l2Entries << clusterBits
        return virtualBytes / bytes + (virtualBytes % bytes == 0 ? 0 : 1)
    }

    /// The name of the backing file.
    func backing() throws(DiskImageError) -> BackingReference? {
        guard hasBackingFile else { return nil }
        guard (1...1_023).contains(backingName.count), backingName.place < clusterBytes else {
            throw DiskImageError(.content, "The qcow2 has a backing file without a name: it is damaged.")
        }
        let name = try range.fields(Int(backingName.count), at: Int64(backingName.place), of: "qcow2 header")
        return BackingReference(name: name.text, format: try headerExtension(0xE279_2ACA))
    }

    /// The name of the file that holds the bytes.
    func dataFile() throws(DiskImageError) -> String? {
        guard hasExternalData else { return nil }
        guard let name = try headerExtension(0x4441_5441) else {
            throw DiskImageError(.content, "The qcow2 has an external data file without a name: it is damaged.")
        }
        return name
    }

    /// The text of one of the extensions that stand behind the header, up to the backing file's name.
    private func headerExtension(_ wanted: UInt32) throws(DiskImageError) -> String? {
        let end = hasBackingFile ? min(backingName.place, clusterBytes) : clusterBytes
        var place = headerBytes
        while place + 8 <= end {
            let head = try range.fields(8, at: Int64(place), of: "qcow2 header")
            let (kind, count) = (head.big(UInt32.self, at: 0), UInt64(head.big(UInt32.self, at: 4)))
            guard kind != 0 else { return nil }
            guard count <= end - place - 8 else { throw DiskImageError(.content, "The qcow2's header is malformed: it is damaged.") }
            if kind == wanted { return try range.fields(Int(count), at: Int64(place) + 8, of: "qcow2 header").text }
            place += 8 + (count + 7) / 8 * 8
        }
        return nil
    }

    private static func unread(_ what: String) -> DiskImageError {
        DiskImageError(.content, "The qcow2 has \(what): write it anew with qemu-img convert -O qcow2.")
    }
}
