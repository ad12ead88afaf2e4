/// A regular file in a tar archive: its name, and where its bytes stand.
struct TarMember {
    let name: String
    let offset: Int64
    let length: Int64
}

/// Finds the regular files of a tar archive (ustar, GNU and PAX names and sizes) without reading them.
struct TarMembers {
    private let file: ImageFile
    private var name: String?
    private var length: Int64?

    init(_ file: ImageFile) { self.file = file }

    func all() throws(DiskImageError) -> [TarMember] {
        var reader = self
        return try reader.read()
    }

    private mutating func read() throws(DiskImageError) -> [TarMember] {
        var (members, position, headers) = ([TarMember](), Int64(0), 0)
        while true {
            let header = HeaderFields(try file.read(512, at: position))
            // Some writers leave the blocks of zeros away that end an archive.
            guard header.bytes.count == 512, header.bytes.contains(where: { $0 != 0 }) else {
                guard header.bytes.isEmpty || header.bytes.count == 512 else { throw Self.cut }
                return members
            }
            headers += 1
            guard headers <= 4 * OVALimits.members else { throw DiskImageError(.size, "The OVA has too many headers.") }
            try Self.checkSum(header)
            let kind = header.bytes[156]
            let stored = try Self.number(header.bytes[124..<136])
            let size = Self.isFile(kind) ? length ?? stored : stored
            position += 512
            guard size <= file.length - position else { throw Self.cut }
            if Self.isFile(kind) {
                let member = TarMember(name: try checked(name ?? Self.name(in: header)), offset: position, length: size)
                guard !members.contains(where: { $0.name == member.name }) else {
                    throw DiskImageError(.content, "The OVA has \(DiskImageError.quoted(member.name)) twice.")
                }
                guard members.count < OVALimits.members else {
                    throw DiskImageError(.size, "The OVA has more than \(OVALimits.members) files.")
                }
                members.append(member)
                (name, length) = (nil, nil)
            } else {
                try take(kind, size: size, at: position)
            }
            position += (size + 511) / 512 * 512
        }
    }

    /// A header that says something of the file behind it; folders are passed over.
    private mutating func take(_ kind: UInt8, size: Int64, at position: Int64) throws(DiskImageError) {
        switch kind {
        case UInt8(ascii: "L"): name = Self.text(try extended(size, at: position)[...])
        case UInt8(ascii: "x"): try takeRecords(try extended(size, at: position))
        case UInt8(ascii: "g"), UInt8(ascii: "5"): break
        default: throw DiskImageError(.content, "The OVA holds something that is not a plain file: links and sparse files are not read.")
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
            let value = record.count == 2 ? String(decoding: record[1], as: UTF8.self) : ""
            switch String(decoding: record[0], as: UTF8.self) {
            case "path": name = value
            case "size":
                guard let size = Int64(value), size >= 0 else { throw DiskImageError(.content, "A size in the OVA is not a number.") }
                length = size
            case let key where key.hasPrefix("GNU.sparse"):
                throw DiskImageError(.content, "The OVA holds a sparse file: these are not read.")
            default: break
            }
            rest = rest.dropFirst(count)
        }
    }

    private func checked(_ name: String) throws(DiskImageError) -> String {
        let name = name.hasPrefix("./") ? String(name.dropFirst(2)) : name
        guard !name.isEmpty, name.utf8.count <= 1_024 else {
            throw DiskImageError(.content, "A file in the OVA has no name, or too long a one.")
        }
        return name
    }

    private static let cut = DiskImageError(.content, "The OVA ends in the middle of a file: it was cut short.")

    /// `0` and its forerunner.
    private static func isFile(_ kind: UInt8) -> Bool { kind == UInt8(ascii: "0") || kind == 0 }

    private static func name(in header: HeaderFields) -> String {
        // Old GNU headers have other fields where ustar has the start of a long name.
        let prefix = header.has(Array("ustar\0".utf8), at: 257) ? text(header.bytes[345..<500]) : ""
        return (prefix.isEmpty ? "" : prefix + "/") + text(header.bytes[0..<100])
    }

    private static func text(_ field: ArraySlice<UInt8>) -> String { String(decoding: field.prefix { $0 != 0 }, as: UTF8.self) }

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
