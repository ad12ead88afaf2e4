/// The footer of a VHD, fixed or dynamic, and the header of a dynamic one: Microsoft's "Virtual Hard Disk Image Format Specification".
///
/// A dynamic VHD has a copy of its footer at the start, and QEMU goes by that one. The size is the one that the footer calls current; QEMU
/// would take the geometry's for some makers' files, which cuts the end off, and is told not to.
struct VHDHeader {
    static let magic = Array("conectix".utf8)
    /// 2,040 GiB, what QEMU reads.
    static let mostBytes: UInt64 = 0xff00_0000 * 512

    /// The table of blocks of a dynamic disk.
    struct Table {
        let place: UInt64
        let entries: UInt64
        let blockBytes: UInt64
    }

    let virtualBytes: UInt64
    /// Nil for a fixed disk.
    let table: Table?

    private enum Kind: UInt32 {
        case fixed = 2
        case dynamic = 3
        case differencing = 4
    }

    init(_ range: ImageRange) throws(DiskImageError) {
        var footer = try range.fields(512, at: 0, of: "VHD footer")
        let isAtStart = footer.has(Self.magic)
        if !isAtStart { footer = try range.fields(512, at: range.length - 512, of: "VHD footer") }
        guard footer.has(Self.magic), footer.big(UInt32.self, at: 64) == Self.checksum(footer.bytes, of: 64..<68) else {
            throw DiskImageError(.content, "The VHD's footer has a wrong checksum: the file is damaged.")
        }
        guard let kind = Kind(rawValue: footer.big(UInt32.self, at: 60)) else {
            throw DiskImageError(.content, "The VHD is of the unknown type \(footer.big(UInt32.self, at: 60)).")
        }
        guard kind != .differencing else {
            throw DiskImageError(.incomplete, "The VHD is differencing: merge it with its parent first.")
        }
        guard (kind == .dynamic) == isAtStart else {
            throw DiskImageError(
                .content,
                "The VHD is dynamic without a footer at its start, or fixed with one: it is damaged, or was cut short."
            )
        }
        virtualBytes = footer.big(UInt64.self, at: 48)
        guard virtualBytes <= Self.mostBytes else {
            throw DiskImageError(.size, "The VHD has \(virtualBytes) bytes, and \(Self.mostBytes) are the most of its format.")
        }
        if kind == .dynamic {
            table = try Self.table(range, headerAt: footer.big(UInt64.self, at: 16), virtualBytes: virtualBytes)
        } else {
            table = nil
            guard virtualBytes <= UInt64(range.length - 512) else {
                throw DiskImageError(.content, "The VHD ends before its disk does: it is damaged, or was cut short.")
            }
        }
    }

    /// Bounds the table that QEMU allocates and reads.
    private static func table(_ range: ImageRange, headerAt place: UInt64, virtualBytes: UInt64) throws(DiskImageError) -> Table {
        let header = try range.fields(1_024, at: Int64(clamping: place), of: "VHD header")
        guard header.has(Array("cxsparse".utf8)), header.big(UInt32.self, at: 36) == checksum(header.bytes, of: 36..<40) else {
            throw DiskImageError(.content, "The VHD's header has a wrong checksum: the file is damaged.")
        }
        let table = Table(
            place: header.big(UInt64.self, at: 16),
            entries: UInt64(header.big(UInt32.self, at: 28)),
            blockBytes: UInt64(header.big(UInt32.self, at: 32))
        )
        // 64 KiB to 256 MiB; all makers write 2 MiB or 512 KiB.
        guard (1 << 16...1 << 28).contains(table.blockBytes), table.blockBytes & (table.blockBytes - 1) == 0 else {
            throw DiskImageError(
                .content,
                "The VHD has blocks of \(table.blockBytes) bytes; a power of two from 64 KiB to 256 MiB is allowed."
            )
        }
        guard table.entries * table.blockBytes >= virtualBytes, table.entries <= mostBytes / table.blockBytes + 1,
            table.place < UInt64(range.length), table.entries * 4 <= UInt64(range.length) - table.place
        else {
            throw DiskImageError(.content, "The VHD's table of blocks does not fit its disk or its file: it is damaged, or was cut short.")
        }
        return table
    }

    /// The complement of the sum of all bytes but those of the checksum.
    private static func checksum(_ bytes: [UInt8], of own: Range<Int>) -> UInt32 {
        ~bytes.enumerated().reduce(UInt32(0)) { own.contains($1.offset) ? $0 : $0 &+ UInt32($1.element) }
    }
}
