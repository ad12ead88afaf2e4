import Foundation
import GRDB

/// One SQLite database: many readers beside one writer, and a commit is on the disk when it returns.
///
/// Statements are written in the SQL that SQLite and PostgreSQL share; a driver is rows, execute and a transaction closure.
package final class Database: Sendable {
    let pool: DatabasePool
    package let statistics: SQLStatistics

    /// Opens the file, makes it (mode 0600) when it is missing, and brings its schema up to date.
    package init(path: String, schema: Schema, statistics: SQLStatistics = SQLStatistics()) throws {
        self.statistics = statistics
        if !FileManager.default.fileExists(atPath: path) {
            let isMade = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            guard isMade else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
        }
        var configuration = Configuration()
        configuration.label = URL(filePath: path).lastPathComponent
        configuration.busyMode = .timeout(30)
        configuration.maximumReaderCount = 8
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA foreign_keys = ON") }
        pool = try DatabasePool(path: path, configuration: configuration)
        // FULL: the log is synced at each commit, so what was acknowledged survives a power cut. Set here and not while the connection is
        // prepared, because the pool sets NORMAL after that.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        try pool.write { try schema.migrate(Transaction($0, statistics)) }
    }

    package func read<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        let statistics = statistics
        return try await pool.read { try body(Transaction($0, statistics)) }
    }

    package func write<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        let statistics = statistics
        return try await pool.write { try Self.counted(body, $0, statistics) }
    }

    /// Runs a transaction and undoes it: what it checks is checked, and nothing is changed.
    package func rehearse<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        let statistics = statistics
        return try await pool.writeWithoutTransaction { connection in
            try connection.beginTransaction(.immediate)
            let result = Result { try body(Transaction(connection, statistics)) }
            try connection.rollback()
            return try result.get()
        }
    }

    /// For callers that already stand on a thread that may block.
    package func blockingRead<Value>(_ body: (Transaction) throws -> Value) throws -> Value {
        try pool.read { try body(Transaction($0, statistics)) }
    }

    package func blockingWrite<Value>(_ body: (Transaction) throws -> Value) throws -> Value {
        try pool.write { try Self.counted(body, $0, statistics) }
    }

    /// Counts the commit before it is done: whoever sees what it wrote finds it counted.
    private static func counted<Value>(_ body: (Transaction) throws -> Value, _ connection: GRDB.Database, _ statistics: SQLStatistics)
        throws
        -> Value
    {
        let value = try body(Transaction(connection, statistics))
        statistics.committed()
        return value
    }

    package func close() throws { try pool.close() }
}
