import Foundation
import GRDB

/// A row of an answer. Reading a column that is not there, or of another type, is a fault of ours and throws `CorruptRow`.
package struct SQLRow {
    private let row: Row

    init(_ row: Row) { self.row = row }

    package func text(_ column: String) throws -> String { try required(optionalText(column), column) }
    package func optionalText(_ column: String) -> String? { row[column] }
    package func integer(_ column: String) throws -> Int64 { try required(optionalInteger(column), column) }
    package func optionalInteger(_ column: String) -> Int64? { row[column] }
    package func flag(_ column: String) throws -> Bool { try integer(column) != 0 }
    package func bytes(_ column: String) throws -> [UInt8] { try required(optionalBytes(column), column) }
    package func optionalBytes(_ column: String) -> [UInt8]? { (row[column] as Data?).map { [UInt8]($0) } }
    package func date(_ column: String) throws -> Date { try required(optionalDate(column), column) }
    package func optionalDate(_ column: String) -> Date? {
        optionalInteger(column).map { Date(timeIntervalSince1970: Double($0) / 1000) }
    }

    /// A column that holds an id, a state or another value with a text of its own.
    package func value<Value: RawRepresentable<String>>(_ column: String) throws -> Value {
        try required(Value(rawValue: text(column)), column)
    }

    package func optionalValue<Value: RawRepresentable<String>>(_ column: String) throws -> Value? {
        try optionalText(column).map { try required(Value(rawValue: $0), column) }
    }

    private func required<Value>(_ value: Value?, _ column: String) throws -> Value {
        guard let value else { throw CorruptRow(column: column) }
        return value
    }
}

/// A row does not hold what the schema promises.
package struct CorruptRow: Error {
    package let column: String
}
