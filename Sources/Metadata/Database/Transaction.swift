import Foundation
import GRDB
import GRDBSQLite

/// What a closure inside `Database.read` or `Database.write` works with. Statements use `?` for values.
package struct Transaction {
    private enum Connection {
        case sqlite(GRDB.Database)
        case postgres(PostgresConnection)
    }

    private let connection: Connection
    private let statistics: SQLStatistics

    init(_ connection: GRDB.Database, _ statistics: SQLStatistics) {
        self.connection = .sqlite(connection)
        self.statistics = statistics
    }

    init(_ connection: PostgresConnection, _ statistics: SQLStatistics) {
        self.connection = .postgres(connection)
        self.statistics = statistics
    }

    var isSQLite: Bool {
        if case .sqlite = connection { true } else { false }
    }

    package func rows(_ sql: String, _ values: [SQLValue] = []) throws -> [SQLRow] {
        switch connection {
        case .sqlite(let connection): return try rows(sql, values, of: connection)
        case .postgres(let connection):
            let rows = try connection.run(sql, values).rows
            statistics.ran(rows: rows.count, steps: 0)
            return rows
        }
    }

    private func rows(_ sql: String, _ values: [SQLValue], of connection: GRDB.Database) throws -> [SQLRow] {
        let statement = try statement(sql, values, of: connection)
        let columns = SQLColumns(statement.columnNames)
        let cursor = try Row.fetchCursor(statement, arguments: arguments(values))
        var rows: [SQLRow] = []
        // Straight from the statement: the row's own values come with their names, each a text that is made anew.
        let places = 0..<CInt(statement.columnCount)
        while try cursor.next() != nil {
            rows.append(SQLRow(columns, places.map { DatabaseValue(sqliteStatement: statement.sqliteStatement, index: $0) }))
        }
        count(statement, rows: rows.count)
        return rows
    }

    package func firstRow(_ sql: String, _ values: [SQLValue] = []) throws -> SQLRow? {
        try rows(sql, values).first
    }

    /// Runs a statement and returns how many rows it changed.
    @discardableResult
    package func execute(_ sql: String, _ values: [SQLValue] = []) throws -> Int {
        switch connection {
        case .sqlite(let connection):
            let statement = try statement(sql, values, of: connection)
            try statement.execute(arguments: arguments(values))
            count(statement, rows: connection.changesCount)
            return connection.changesCount
        case .postgres(let connection):
            let changed = try connection.run(sql, values).changed
            statistics.ran(rows: changed, steps: 0)
            return changed
        }
    }

    /// Runs a statement that makes or changes tables. They are defined in SQLite's words.
    func define(_ sql: String) throws {
        switch connection {
        case .sqlite: try execute(sql)
        case .postgres(let connection): try connection.command(PostgresDialect.definition(sql))
        }
    }

    package func hasTable(_ name: String) throws -> Bool {
        let sql =
            isSQLite
            ? "SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = ?"
            : "SELECT 1 AS found FROM pg_tables WHERE schemaname = current_schema() AND tablename = ?"
        return try firstRow(sql, [.text(name)]) != nil
    }

    private func count(_ statement: Statement, rows: Int) {
        statistics.ran(rows: rows, steps: sqlite3_stmt_status(statement.sqliteStatement, SQLITE_STMTSTATUS_VM_STEP, 1))
    }

    /// Statements are kept for the next call, but for those with long lists: each length would be kept for ever, and callers choose it.
    private func statement(_ sql: String, _ values: [SQLValue], of connection: GRDB.Database) throws -> Statement {
        values.count <= 32 ? try connection.cachedStatement(sql: sql) : try connection.makeStatement(sql: sql)
    }

    private func arguments(_ values: [SQLValue]) throws -> StatementArguments {
        StatementArguments(
            try values.map { value -> (any DatabaseValueConvertible)? in
                switch value {
                case .null: return nil
                case .integer(let integer): return integer
                case .text(let text):
                    // The driver hands text over as a C string: it would be cut at the NUL without a word.
                    guard !text.utf8.contains(0) else { throw UnstorableText() }
                    return text
                case .bytes(let bytes): return Data(bytes)
                }
            }
        )
    }

    /// `?, ?, ?` for a list of values. PostgreSQL knows no empty list; one that holds NULL alone matches nothing, as it should.
    package static func marks(_ count: Int) -> String {
        count == 0 ? "NULL" : Array(repeating: "?", count: count).joined(separator: ", ")
    }
}

/// A text holds a NUL character, which neither SQLite's driver nor PostgreSQL stores.
package struct UnstorableText: Error, CustomStringConvertible {
    package var description: String { "a text holds a NUL character" }
}
