import NIOCore

/// What stands around the data of the one file: a ustar header, or an old GNU sparse header when the file has holes.
package struct TarWriter: Sendable {
    /// tar fills its output up to 20 blocks.
    private static let recordBytes: Int64 = 10_240
    /// What eleven octal digits hold.
    private static let largestOctal: Int64 = 0o77_777_777_777

    let name: String
    /// Seconds since 1970.
    let time: Int64
    let map: SparseMap

    package init(name: String, time: Int64, map: SparseMap) {
        self.name = name
        self.time = time
        self.map = map
    }

    var isSparse: Bool { map.dataBytes < map.size }

    /// Bytes of the whole archive.
    package var totalBytes: Int64 {
        let content = headBytes + TarReader.padded(map.dataBytes) + 1_024
        return (content + Self.recordBytes - 1) / Self.recordBytes * Self.recordBytes
    }

    /// Four entries of a map stand in the header, and 21 in each block behind it.
    private var headBytes: Int64 {
        let entries = isSparse ? map.extents.count + (endsInHole ? 1 : 0) : 0
        return Int64(TarHeader.blockBytes * (1 + (max(0, entries - 4) + 20) / 21))
    }

    private var endsInHole: Bool { map.extents.last?.end != map.size }

    /// Header and map.
    package var head: [UInt8] {
        var header = [UInt8](repeating: 0, count: TarHeader.blockBytes)
        put(Array(name.utf8), at: 0, in: &header)
        put(Self.octal(0o600, digits: 7), at: 100, in: &header)
        put(Self.octal(0, digits: 7), at: 108, in: &header)
        put(Self.octal(0, digits: 7), at: 116, in: &header)
        put(Self.size(map.dataBytes), at: 124, in: &header)
        put(Self.octal(time, digits: 11), at: 136, in: &header)
        header[156] = isSparse ? TarHeader.Kind.gnuSparse.rawValue : TarHeader.Kind.file.rawValue
        put(Array((isSparse || map.dataBytes > Self.largestOctal ? "ustar  \0" : "ustar\u{0}00").utf8), at: 257, in: &header)
        var rest: [UInt8] = []
        if isSparse {
            let entries = sparseEntries
            put(Array(entries.prefix(4).joined()), at: 386, in: &header)
            put(Self.size(map.size), at: 483, in: &header)
            rest = Self.blocks(entries.dropFirst(4))
            header[482] = rest.isEmpty ? 0 : 1
        }
        // The checksum counts its own field as blanks.
        let sum = header.reduce(8 * 0x20) { $0 + Int64($1) }
        put(Self.octal(sum, digits: 6) + [0, 0x20], at: 148, in: &header)
        return header + rest
    }

    /// Zeros up to a whole block, two blocks of them, and zeros up to a whole record.
    package var tail: [UInt8] { [UInt8](repeating: 0, count: Int(totalBytes - headBytes - map.dataBytes)) }

    private var sparseEntries: [[UInt8]] {
        var extents = map.extents
        // A file that ends in a hole ends with an empty extent.
        if endsInHole { extents.append(SparseMap.Extent(offset: map.size, length: 0)) }
        return extents.map { Self.size($0.offset) + Self.size($0.length) }
    }

    /// Blocks of 21 entries, each but the last one saying that another follows.
    private static func blocks(_ entries: ArraySlice<[UInt8]>) -> [UInt8] {
        var result: [UInt8] = []
        var start = entries.startIndex
        while start < entries.endIndex {
            let end = min(start + 21, entries.endIndex)
            var block = Array(entries[start..<end].joined())
            block += [UInt8](repeating: 0, count: 504 - block.count)
            block.append(end < entries.endIndex ? 1 : 0)
            result += block + [UInt8](repeating: 0, count: 7)
            start = end
        }
        return result
    }

    /// Eleven octal digits, or GNU's base-256 for what they do not hold.
    private static func size(_ value: Int64) -> [UInt8] {
        guard value > largestOctal else { return octal(value, digits: 11) + [0] }
        return [0x80, 0, 0, 0] + (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) }
    }

    private static func octal(_ value: Int64, digits: Int) -> [UInt8] {
        let text = Array(String(value, radix: 8).utf8)
        return [UInt8](repeating: 0x30, count: max(0, digits - text.count)) + text
    }

    private func put(_ bytes: [UInt8], at offset: Int, in block: inout [UInt8]) {
        block.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
}
