/// The parts of a VHDX's headers that say what it is: Microsoft's "[MS-VHDX]: Virtual Hard Disk v2 File Format".
struct VHDXHeader {
    static let magic = Array("vhdxfile".utf8)

    let virtualBytes: UInt64
    let blockBytes: UInt64
    /// Where the table of blocks stands.
    let table: Region

    /// A place in the file.
    struct Region {
        let offset: UInt64
        let length: UInt64
    }

    private static let blockTable = guid("6677c22d23f600429d64115e9bfd4a08")
    private static let metadata = guid("06a27c8b90479a4bb8fe575f050f886e")
    private static let fileParameters = guid("3767a1ca36fa434db3b633f0aa44e76b")
    private static let diskSize = guid("2442a52f1bcd7648b2115dbed83bf4b8")
    private static let logicalSector = guid("1dbf41816fa90947ba47f233a8faab5f")
    /// A disk of 16 TiB in blocks of 1 MiB has 128 MiB; QEMU allocates what the file says.
    private static let mostTableBytes: UInt64 = 160 << 20

    init(_ range: ImageRange) throws(DiskImageError) {
        try Self.checkLog(range)
        let regions = try Self.regions(range)
        guard let table = regions[Self.blockTable], let metadata = regions[Self.metadata], table.length <= Self.mostTableBytes else {
            throw DiskImageError(.content, "The VHDX lacks its metadata or has a table of blocks that is too large: it is damaged.")
        }
        let items = try Self.items(range, metadata)
        func item(_ id: [UInt8], _ count: Int) throws(DiskImageError) -> HeaderFields {
            guard let place = items[id] else { throw DiskImageError(.content, "The VHDX lacks a part of its metadata: it is damaged.") }
            return try range.fields(count, at: Int64(clamping: place), of: "VHDX metadata")
        }
        // Bit 1 of the second word: the file has a parent.
        let parameters = try item(Self.fileParameters, 8)
        guard parameters.little(UInt32.self, at: 4) & 0b10 == 0 else {
            throw DiskImageError(.incomplete, "The VHDX is differencing: merge it with its parent first.")
        }
        let block = parameters.little(UInt32.self, at: 0)
        guard (1 << 20...1 << 28).contains(block), block & (block - 1) == 0 else {
            throw DiskImageError(.content, "The VHDX has blocks of \(block) bytes; a power of two from 1 MiB to 256 MiB is allowed.")
        }
        let sector = try item(Self.logicalSector, 4).little(UInt32.self, at: 0)
        guard sector == 512 else { throw DiskImageError(.content, "The VHDX has logical sectors of \(sector) bytes; 512 are read.") }
        virtualBytes = try item(Self.diskSize, 8).little(UInt64.self, at: 0)
        blockBytes = UInt64(block)
        self.table = table
    }

    /// What was not written to its place when the disk was last used stands in a log, which only a writer may play.
    private static func checkLog(_ range: ImageRange) throws(DiskImageError) {
        let headers = [try range.fields(80, at: 64 << 10, of: "VHDX header"), try range.fields(80, at: 128 << 10, of: "VHDX header")]
        let current = headers.filter { $0.has(Array("head".utf8)) }.max { $0.little(UInt64.self, at: 8) < $1.little(UInt64.self, at: 8) }
        guard let current else { throw DiskImageError(.content, "The VHDX has no valid header: it is damaged.") }
        // The log itself, which stands in the file even when it is empty.
        try range.require(UInt64(current.little(UInt32.self, at: 68)), at: current.little(UInt64.self, at: 72), "tables", of: "VHDX")
        guard current.bytes[48..<64].allSatisfy({ $0 == 0 }) else {
            throw DiskImageError(
                .content,
                "The VHDX was not closed in order: attach it once to the machine that wrote it, or run qemu-img check -r all on it."
            )
        }
    }

    /// The regions of the first table, which is the one that QEMU reads, by what they hold.
    private static func regions(_ range: ImageRange) throws(DiskImageError) -> [[UInt8]: Region] {
        let table = try range.fields(64 << 10, at: 192 << 10, of: "VHDX region table")
        let count = table.little(UInt32.self, at: 8)
        guard table.has(Array("regi".utf8)), count <= 2_047 else {
            throw DiskImageError(.content, "The VHDX has no valid region table: it is damaged.")
        }
        var regions: [[UInt8]: Region] = [:]
        for entry in 0..<Int(count) {
            let place = 16 + entry * 32
            let region = Region(
                offset: table.little(UInt64.self, at: place + 16),
                length: UInt64(table.little(UInt32.self, at: place + 24))
            )
            guard region.offset < UInt64(range.length), region.length <= UInt64(range.length) - region.offset else {
                throw DiskImageError(.content, "The VHDX ends before its regions do: it is damaged, or was cut short.")
            }
            guard regions.updateValue(region, forKey: Array(table.bytes[place..<place + 16])) == nil else {
                throw DiskImageError(.content, "The VHDX has a region twice: it is damaged.")
            }
        }
        return regions
    }

    /// Where the items of the metadata stand in the file.
    private static func items(_ range: ImageRange, _ metadata: Region) throws(DiskImageError) -> [[UInt8]: UInt64] {
        let table = try range.fields(64 << 10, at: Int64(clamping: metadata.offset), of: "VHDX metadata table")
        let count = table.little(UInt16.self, at: 10)
        guard table.has(Array("metadata".utf8)), count <= 2_047 else {
            throw DiskImageError(.content, "The VHDX has no valid metadata table: it is damaged.")
        }
        var items: [[UInt8]: UInt64] = [:]
        for entry in 0..<Int(count) {
            let place = 32 + entry * 32
            let offset = metadata.offset + UInt64(table.little(UInt32.self, at: place + 16))
            guard items.updateValue(offset, forKey: Array(table.bytes[place..<place + 16])) == nil else {
                throw DiskImageError(.content, "The VHDX has an item of metadata twice: it is damaged.")
            }
        }
        return items
    }

    /// The 16 bytes of an identifier as they stand in the file.
    private static func guid(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
