/// The records of a PAX header that count here: `28 path=…\n`, with the length of the record before it (POSIX.1-2001, pax).
///
/// The sparse ones are GNU tar's (its manual, "Storing Sparse Files"): 0.0 has a record for each offset and each length, 0.1 one with all of
/// them, 1.0 keeps the map in front of the data.
struct PaxRecords: Equatable {
    var path: String?
    /// Bytes that follow the header.
    var size: Int64?
    /// Bytes of a sparse file with its holes.
    var realSize: Int64?
    /// The map of 0.0 and 0.1: offset, length, offset, length …
    var numbers: [Int64] = []
    var major: Int64?
    var minor: Int64?

    var isSparse: Bool { realSize != nil || major != nil || !numbers.isEmpty }

    init() {}

    /// - Parameter bytes: the whole header; at most ``BundleLimits/extendedHeaderBytes``.
    init(_ bytes: [UInt8]) throws(BundleError) {
        var position = 0
        while position < bytes.count {
            guard let blank = bytes[position...].prefix(11).firstIndex(of: 0x20),
                let length = Int(String(decoding: bytes[position..<blank], as: UTF8.self)), length > blank - position + 1,
                length <= bytes.count - position, bytes[position + length - 1] == 0x0A
            else { throw Self.malformed }
            let record = bytes[blank + 1..<position + length - 1]
            guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else { throw Self.malformed }
            try take(String(decoding: record[..<equals], as: UTF8.self), record[(equals + 1)...])
            position += length
        }
    }

    private mutating func take(_ key: String, _ value: ArraySlice<UInt8>) throws(BundleError) {
        switch key {
        case "path", "GNU.sparse.name": path = String(decoding: value, as: UTF8.self)
        case "size": size = try Self.number(value)
        case "GNU.sparse.realsize", "GNU.sparse.size": realSize = try Self.number(value)
        case "GNU.sparse.major": major = try Self.number(value)
        case "GNU.sparse.minor": minor = try Self.number(value)
        case "GNU.sparse.offset", "GNU.sparse.numbytes": numbers.append(try Self.number(value))
        case "GNU.sparse.map":
            for number in value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                numbers.append(try Self.number(number))
            }
        default: break
        }
    }

    static func number(_ text: ArraySlice<UInt8>) throws(BundleError) -> Int64 {
        guard !text.isEmpty, text.count <= 18, text.allSatisfy({ (0x30...0x39).contains($0) }) else { throw malformed }
        return text.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    static let malformed = BundleError("An extended header of the archive in the bundle is malformed.")
}
