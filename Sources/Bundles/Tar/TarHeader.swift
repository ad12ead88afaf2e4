/// A tar header of 512 bytes, in the forms of POSIX ustar and of old GNU tar: the fields that count here.
struct TarHeader {
    static let blockBytes = 512

    enum Kind: UInt8 {
        case oldFile = 0
        case file = 0x30  // 0
        case hardLink, symbolicLink, characterDevice, blockDevice, folder, pipe, contiguousFile  // 1 to 7
        case gnuLongLink = 0x4B  // K
        case gnuLongName = 0x4C  // L
        case gnuSparse = 0x53  // S
        case paxGlobal = 0x67  // g
        case pax = 0x78  // x
    }

    let block: [UInt8]
    let kind: Kind
    /// Bytes that follow, before they are filled up to a whole block.
    let size: Int64

    /// - Parameter block: 512 bytes, not all of them zero.
    init(_ block: [UInt8]) throws(BundleError) {
        self.block = block
        // The checksum counts its own field as blanks.
        let sum = block.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 0x20 : Int64($1.element)) }
        guard (try? Self.number(block[148..<156], "checksum")) == sum else {
            throw BundleError("The archive in the bundle is not a tar archive.")
        }
        guard let kind = Kind(rawValue: block[156]) else {
            throw BundleError("The archive in the bundle has a member of the unknown type \(block[156]).")
        }
        self.kind = kind
        size = try Self.number(block[124..<136], "size")
    }

    /// The name, with what ustar puts before it. Old GNU headers have other fields at that place.
    var name: String {
        let isPOSIX = block[257..<263].elementsEqual(Array("ustar\0".utf8))
        let (name, prefix) = (Self.text(block[0..<100]), isPOSIX ? Self.text(block[345..<500]) : "")
        return prefix.isEmpty ? name : prefix + "/" + name
    }

    /// Of an old GNU sparse header: the size with holes.
    var realSize: Int64 { get throws(BundleError) { try Self.number(block[483..<495], "real size") } }

    /// Of an old GNU sparse header: the extents in it, and whether a block with more of them follows.
    var sparseEntries: (extents: [SparseMap.Extent], isContinued: Bool) {
        get throws(BundleError) { (try Self.sparseEntries(block[386..<482]), block[482] != 0) }
    }

    /// Entries of 24 bytes, offset and length; an empty one ends them.
    static func sparseEntries(_ bytes: ArraySlice<UInt8>) throws(BundleError) -> [SparseMap.Extent] {
        var extents: [SparseMap.Extent] = []
        for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: 24) {
            guard bytes[start + 12] != 0 else { break }
            let offset = try number(bytes[start..<start + 12], "sparse map")
            extents.append(SparseMap.Extent(offset: offset, length: try number(bytes[start + 12..<start + 24], "sparse map")))
        }
        return extents
    }

    /// Octal digits between blanks and zeros, or, when the first bit is set, a big-endian number (GNU's base-256).
    private static func number(_ field: ArraySlice<UInt8>, _ what: String) throws(BundleError) -> Int64 {
        var value: Int64 = 0
        if let first = field.first, first & 0x80 != 0 {
            for (index, byte) in field.enumerated() {
                let bits = index == 0 ? byte & 0x7F : byte
                guard value < 1 << 54 else { throw BundleError("The \(what) in the archive's header is out of range.") }
                value = value << 8 | Int64(bits)
            }
            return value
        }
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
        for digit in digits {
            guard (0x30...0x37).contains(digit) else { throw BundleError("The \(what) in the archive's header is not a number.") }
            value = value << 3 | Int64(digit - 0x30)
        }
        return value
    }

    private static func text(_ field: ArraySlice<UInt8>) -> String { String(decoding: field.prefix { $0 != 0 }, as: UTF8.self) }
}
