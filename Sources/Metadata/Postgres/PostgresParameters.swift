import CLibPQ

/// The values of a statement as libpq takes them: one buffer with all of them, and where each begins.
///
/// Bytes go as they are; numbers go as text, which PostgreSQL reads whatever width it takes the parameter to have.
struct PostgresParameters {
    private(set) var types: [Oid] = []
    private var bytes: [UInt8] = []
    /// Negative for NULL.
    private var places: [Int] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    var count: Int32 { Int32(places.count) }

    init(_ values: [SQLValue]) throws {
        for value in values {
            let place = bytes.count
            switch value {
            case .null:
                types.append(0)
                places.append(-1)
                lengths.append(0)
                formats.append(0)
                continue
            case .integer(let integer):
                types.append(PostgresType.int8)
                formats.append(0)
                bytes.append(contentsOf: String(integer).utf8)
            case .text(let text):
                // PostgreSQL stores none, and libpq would cut the text there without a word.
                guard !text.utf8.contains(0) else { throw UnstorableText() }
                types.append(PostgresType.text)
                formats.append(0)
                bytes.append(contentsOf: text.utf8)
            case .bytes(let content):
                types.append(PostgresType.bytes)
                formats.append(1)
                bytes.append(contentsOf: content)
            }
            places.append(place)
            lengths.append(Int32(bytes.count - place))
            bytes.append(0)
        }
    }

    func withPointers<Value>(
        _ body: (_ values: [UnsafePointer<CChar>?], _ lengths: [Int32], _ formats: [Int32]) throws -> Value
    ) rethrows -> Value {
        try bytes.withUnsafeBytes { buffer in
            let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            return try body(places.map { place in place < 0 ? nil : start.map { $0 + place } }, lengths, formats)
        }
    }
}

/// The types that occur in rows, by their numbers in PostgreSQL's catalog.
enum PostgresType {
    static let bool: Oid = 16
    static let bytes: Oid = 17
    static let name: Oid = 19
    static let int8: Oid = 20
    static let int2: Oid = 21
    static let int4: Oid = 23
    static let text: Oid = 25
    static let unknown: Oid = 705
    static let varchar: Oid = 1043
    static let numeric: Oid = 1700
}
