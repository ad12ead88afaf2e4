import Foundation
import GRDB

/// A row of an answer. Reading a column that is not there, or of another type, is a fault of ours and throws `CorruptRow`.
package struct SQLRow {
    private let columns: SQLColumns
    private let values: [DatabaseValue]

    init(_ columns: SQLColumns, _ values: [DatabaseValue]) {
        self.columns = columns
        self.values = values
    }

    package func text(_ column: String) throws -> String { try required(optionalText(column), column) }
    package func optionalText(_ column: String) throws -> String? {
        switch try storage(column) {
        case .string(let text): text
        case .null: nil
        default: throw CorruptRow(column: column)
        }
    }

    package func integer(_ column: String) throws -> Int64 { try required(optionalInteger(column), column) }
    package func optionalInteger(_ column: String) throws -> Int64? {
        switch try storage(column) {
        case .int64(let integer): integer
        case .null: nil
        default: throw CorruptRow(column: column)
        }
    }

    package func flag(_ column: String) throws -> Bool { try integer(column) != 0 }
    package func bytes(_ column: String) throws -> [UInt8] { try required(optionalBytes(column), column) }
    package func optionalBytes(_ column: String) throws -> [UInt8]? {
        switch try storage(column) {
        case .blob(let data): [UInt8](data)
        case .null: nil
        default: throw CorruptRow(column: column)
        }
    }

    package func date(_ column: String) throws -> Date { try required(optionalDate(column), column) }
    package func optionalDate(_ column: String) throws -> Date? {
        try optionalInteger(column).map { Date(timeIntervalSince1970: Double($0) / 1000) }
    }

    /// A column that holds an id, a state or another value with a text of its own.
    package func value<Value: RawRepresentable<String>>(_ column: String) throws -> Value {
        try required(Value(rawValue: text(column)), column)
    }

    package func optionalValue<Value: RawRepresentable<String>>(_ column: String) throws -> Value? {
        try optionalText(column).map { try required(Value(rawValue: $0), column) }
    }

    /// Not the row's own conversions: they trap where the type is another, and take a column that is not there for NULL.
    private func storage(_ column: String) throws -> DatabaseValue.Storage {
        guard let position = columns.positions[column] else { throw CorruptRow(column: column) }
        return values[position].storage
    }

    private func required<Value>(_ value: Value?, _ column: String) throws -> Value {
        guard let value else { throw CorruptRow(column: column) }
        return value
    }
}

/// Where each column stands in the rows of an answer: looked up once a column and row, so by hash and not by search.
final class SQLColumns: Sendable {
    let positions: [String: Int]

    init(_ names: [String]) {
        positions = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

/// A row does not hold what the schema promises.
package struct CorruptRow: Error, CustomStringConvertible {
    package let column: String

    package var description: String { "a row of the database holds a value in \(column) that makes no sense" }
}
