import Foundation
import GRDB

/// What a closure inside `Database.read` or `Database.write` works with. Statements use `?` for values.
package struct Transaction {
    private let connection: GRDB.Database

    init(_ connection: GRDB.Database) { self.connection = connection }

    package func rows(_ sql: String, _ values: [SQLValue] = []) throws -> [SQLRow] {
        try Row.fetchAll(connection.cachedStatement(sql: sql), arguments: arguments(values)).map(SQLRow.init)
    }

    package func firstRow(_ sql: String, _ values: [SQLValue] = []) throws -> SQLRow? {
        try Row.fetchOne(connection.cachedStatement(sql: sql), arguments: arguments(values)).map(SQLRow.init)
    }

    /// Runs a statement and returns how many rows it changed.
    @discardableResult
    package func execute(_ sql: String, _ values: [SQLValue] = []) throws -> Int {
        try connection.cachedStatement(sql: sql).execute(arguments: arguments(values))
        return connection.changesCount
    }

    private func arguments(_ values: [SQLValue]) -> StatementArguments {
        StatementArguments(
            values.map { value -> (any DatabaseValueConvertible)? in
                switch value {
                case .null: nil
                case .integer(let integer): integer
                case .text(let text): text
                case .bytes(let bytes): Data(bytes)
                }
            }
        )
    }

    /// `?, ?, ?` for a list of values.
    package static func marks(_ count: Int) -> String { Array(repeating: "?", count: count).joined(separator: ", ") }
}
