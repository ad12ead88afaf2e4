/// A file or a link in a tar archive: its name, and where its bytes stand.
struct TarMember {
    /// Without `./` and repeated slashes.
    let name: String
    let offset: Int64
    let length: Int64
    let isFile: Bool
}

/// Finds the members of a tar archive (ustar, GNU and PAX names and sizes) without reading them.
struct TarMembers {
    private enum Kind {
        case file
        case link
        /// Folders and devices: a header alone.
        case nothing
        /// Says something of the member behind it.
        case name
        case records
        /// Bytes that say nothing of it.
        case passedOver
    }

    private let file: ImageFile
    private var position: Int64 = 0
    private var headers = 0
    private var name: String?
    private var length: Int64?

    init(_ file: ImageFile) { self.file = file }

    func all() throws(DiskImageError) -> [TarMember] {
        var (reader, members) = (self, [TarMember]())
        while let member = try reader.next() {
            guard !members.contains(where: { $0.name == member.name }) else {
                throw DiskImageError(.content, "The OVA has \(DiskImageError.quoted(member.name)) twice.")
            }
            guard members.count < OVALimits.members else {
                throw DiskImageError(.size, "The OVA has more than \(OVALimits.members) files.")
            }
            members.append(member)
        }
        return members
    }

    /// The next member; nil at the end.
    mutating func next() throws(DiskImageError) -> TarMember? {
        while true {
            let header = HeaderFields(try file.read(512, at: position))
            // Some writers leave the blocks of zeros away that end an archive.
            guard header.bytes.count == 512, header.bytes.contains(where: { $0 != 0 }) else {
                guard header.bytes.isEmpty || header.bytes.count == 512 else { throw Self.cut }
                return nil
            }
            headers += 1
            guard headers <= 4 * OVALimits.members else { throw DiskImageError(.size, "The OVA has too many headers.") }
            try Self.checkSum(header)
            let kind = try Self.kind(header)
            let stored = try Self.number(header.bytes[124..<136])
            let size: Int64 =
                switch kind {
                case .file: length ?? stored
                // Some writers say the size of what a link leads to.
                case .link, .nothing: 0
                case .name, .records, .passedOver: stored
                }
            position += 512
            guard size <= file.length - position else { throw Self.cut }
            let start = position
            position += (size + 511) / 512 * 512
            switch kind {
            case .name: name = Self.text(try extended(size, at: start)[...])
            case .records: try takeRecords(try extended(size, at: start))
            case .passedOver: break
            case .nothing: (name, length) = (nil, nil)
            case .file, .link:
                let found = try checked(name ?? Self.name(in: header))
                (name, length) = (nil, nil)
                return TarMember(name: found, offset: start, length: size, isFile: kind == .file)
            }
        }
    }

    private static func kind(_ header: HeaderFields) throws(DiskImageError) -> Kind {
        switch header.bytes[156] {
        // In the oldest archives a folder is a file whose name ends so.
        case 0 where name(in: header).hasSuffix("/"): .nothing
        // The second is for files in one piece, which all are today.
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): .file
        case UInt8(ascii: "1"), UInt8(ascii: "2"): .link
        case UInt8(ascii: "3")...UInt8(ascii: "6"), UInt8(ascii: "V"): .nothing
        case UInt8(ascii: "L"): .name
        case UInt8(ascii: "x"), UInt8(ascii: "X"): .records
        case UInt8(ascii: "g"), UInt8(ascii: "K"): .passedOver
        case UInt8(ascii: "S"): throw sparse
        default: throw DiskImageError(.content, "The OVA holds something that is not a plain file: make it anew with tar --format=ustar.")
        }
    }

    private func extended(_ size: Int64, at position: Int64) throws(DiskImageError) -> [UInt8] {
        guard size <= OVALimits.extendedHeaderBytes else { throw DiskImageError(.size, "The OVA has an extended header of \(size) bytes.") }
        return try file.read(Int(size), at: position)
    }

    /// `28 path=…\n`, with the length of the record before it (POSIX.1-2001, pax).
    private mutating func takeRecords(_ bytes: [UInt8]) throws(DiskImageError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let blank = rest.prefix(8).firstIndex(of: 0x20), let count = Int(String(decoding: rest[..<blank], as: UTF8.self)),
                count > blank - rest.startIndex + 1, count <= rest.count, rest[rest.startIndex + count - 1] == 0x0A
            else { throw DiskImageError(.content, "An extended header of the OVA is malformed.") }
            let record = rest[blank + 1..<rest.startIndex + count - 1].split(
                separator: 0x3D,
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            let value = record.count == 2 ? Self.text(record[1]) : ""
            switch String(decoding: record[0], as: UTF8.self) {
            case "path": name = value
            case "size":
                guard let size = Int64(value), size >= 0 else { throw DiskImageError(.content, "A size in the OVA is not a number.") }
                length = size
            case let key where key.hasPrefix("GNU.sparse"):
                throw Self.sparse
            default: break
            }
            rest = rest.dropFirst(count)
        }
    }

    private func checked(_ name: String) throws(DiskImageError) -> String {
        let name = name.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
        guard !name.isEmpty, name.utf8.count <= 1_024 else {
            throw DiskImageError(.content, "A file in the OVA has no name, or too long a one.")
        }
        return name
    }

    private static let cut = DiskImageError(.content, "The OVA ends in the middle of a file: it was cut short.")

    private static let sparse = DiskImageError(.content, "The OVA holds a sparse file: make it anew with tar --format=ustar.")

    private static func name(in header: HeaderFields) -> String {
        // Old GNU headers have other fields where ustar has the start of a long name.
        let prefix = header.has(Array("ustar\0".utf8), at: 257) ? text(header.bytes[345..<500]) : ""
        return (prefix.isEmpty ? "" : prefix + "/") + text(header.bytes[0..<100])
    }

    /// Names are UTF-8, and in old archives of Western systems Latin 1.
    private static func text(_ field: ArraySlice<UInt8>) -> String {
        let bytes = field.prefix { $0 != 0 }
        return String(validating: bytes, as: UTF8.self) ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }

    /// Whether an archive can begin with these bytes, by the sum that each of its headers has.
    static func isHeader(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 512, bytes[0] != 0 else { return false }
        do throws(DiskImageError) { try checkSum(HeaderFields(Array(bytes[..<512]))) } catch { return false }
        return true
    }

    private static func checkSum(_ header: HeaderFields) throws(DiskImageError) {
        let sum = header.bytes.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 0x20 : Int64($1.element)) }
        guard try number(header.bytes[148..<156]) == sum else {
            throw DiskImageError(.content, "The OVA is damaged: a tar header is wrong.")
        }
    }

    /// Octal digits between blanks and zeros, or, when the first bit is set, a big-endian number (GNU's base-256).
    private static func number(_ field: ArraySlice<UInt8>) throws(DiskImageError) -> Int64 {
        let isBinary = field.first.map { $0 & 0x80 != 0 } ?? false
        let digits = isBinary ? field : field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
        var value: Int64 = 0
        for (index, byte) in digits.enumerated() {
            guard isBinary || (0x30...0x37).contains(byte), value < 1 << 54 else {
                throw DiskImageError(.content, "The OVA is damaged: a number in a tar header is wrong.")
            }
            value = isBinary ? value << 8 | Int64(index == 0 ? byte & 0x7F : byte) : value << 3 | Int64(byte - 0x30)
        }
        return value
    }
}
