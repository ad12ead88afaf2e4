import Foundation

/// Values whose fields nobody searches for.
enum JSONColumn {
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return Array(try encoder.encode(value))
    }

    static func decode<Value: Decodable>(_ bytes: [UInt8]) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(bytes))
    }
}

extension SQLValue {
    /// A value in a column of text.
    static func json(_ value: some Encodable) throws -> SQLValue {
        .text(String(decoding: try JSONColumn.encode(value), as: UTF8.self))
    }

    /// The same, NULL for none.
    static func optionalJSON(_ value: (some Encodable)?) throws -> SQLValue { try value.map { try json($0) } ?? .null }
}

extension SQLRow {
    /// A value in a column of text.
    func json<Value: Decodable>(_ column: String) throws -> Value { try JSONColumn.decode(Array(text(column).utf8)) }

    /// Nil for NULL.
    func optionalJSON<Value: Decodable>(_ column: String) throws -> Value? {
        try optionalText(column).map { try JSONColumn.decode(Array($0.utf8)) }
    }
}
