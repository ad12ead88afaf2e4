import Foundation
import GRDB
import Synchronization

/// The rows of one Region, of the directory or of an index, in a SQLite file or in a schema of PostgreSQL. A commit is on the disk when it
/// returns.
///
/// Statements are written in the SQL that both share. A closure that writes may run more than once: on PostgreSQL others may be in its way.
/// So it changes nothing but rows; what else is to happen, happens with what it returns.
package final class Database: Sendable {
    enum Engine {
        case sqlite(SQLiteFile)
        case postgres(PostgresRows)
    }

    let engine: Engine
    package let statistics: SQLStatistics
    /// The file, or where in PostgreSQL the rows are: for messages.
    package let path: String
    let schema: Schema
    /// Who is told the number of each commit.
    private let commits = Mutex<(@Sendable (UInt64) -> Void)?>(nil)

    /// Opens a SQLite file, makes it (mode 0600) when it is missing, and brings its schema up to date.
    ///
    /// - Parameter check: looks at what the file holds before anything in it is changed, and throws when it is not to be used.
    package init(
        path: String,
        schema: Schema,
        statistics: SQLStatistics = SQLStatistics(),
        check: (Transaction) throws -> Void = { _ in }
    ) throws {
        self.statistics = statistics
        self.path = path
        self.schema = schema
        try SQLiteFile.make(path)
        engine = try DatabaseUnusable.naming(path, schema) {
            .sqlite(
                try SQLiteFile(writing: path) { connection in
                    try schema.checkKind(Transaction(connection, statistics))
                    try check(Transaction(connection, statistics))
                } migrate: {
                    try schema.migrate(Transaction($0, statistics))
                }
            )
        }
    }

    /// Opens a SQLite file that is there to read it, beside a server or on a folder that cannot be written to. Nothing is changed or made.
    ///
    /// - Parameter check: looks at what the file holds, whatever its schema, and throws when it is not to be used.
    package init(
        reading path: String,
        schema: Schema,
        statistics: SQLStatistics = SQLStatistics(),
        check: (Transaction) throws -> Void = { _ in }
    ) throws {
        self.statistics = statistics
        self.path = path
        self.schema = schema
        guard FileManager.default.fileExists(atPath: path) else {
            throw DatabaseMissing(path: path, content: schema.content, remedy: schema.remedy)
        }
        engine = try DatabaseUnusable.naming(path, schema) {
            .sqlite(
                try SQLiteFile(reading: path) { connection in
                    try schema.checkKind(Transaction(connection, statistics))
                    try check(Transaction(connection, statistics))
                    try schema.checkIsCurrent(Transaction(connection, statistics))
                }
            )
        }
    }

    /// Opens a schema of PostgreSQL, makes it when it is missing, and brings its tables up to date.
    ///
    /// - Parameters:
    ///   - place: whose rows they are; the schema is named after it.
    ///   - check: looks at what the schema holds before anything in it is changed, and throws when it is not to be used.
    package init(
        in server: PostgresServer,
        of place: String,
        schema: Schema,
        statistics: SQLStatistics = SQLStatistics(),
        check: (Transaction) throws -> Void = { _ in }
    ) throws {
        let name = server.schema(of: place)
        let path = "schema \(name) of \(server.name)"
        self.statistics = statistics
        self.path = path
        self.schema = schema
        engine = try DatabaseUnusable.naming(path, schema) {
            .postgres(
                try PostgresRows(server, name: name, isolation: schema.isolation) { connection in
                    let transaction = Transaction(connection, statistics)
                    try schema.checkKind(transaction)
                    try check(transaction)
                    try schema.migrate(transaction)
                }
            )
        }
    }

    package func read<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        let statistics = statistics
        return try await DatabaseUnusable.naming(path, schema) {
            switch engine {
            case .sqlite(let file): try await file.pool.read { try body(Transaction($0, statistics)) }
            case .postgres(let rows): try await rows.read(statistics, body)
            }
        }
    }

    package func write<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        let (statistics, counter) = (statistics, counter)
        return try await DatabaseUnusable.naming(path, schema) {
            switch engine {
            case .sqlite(let file): try await file.pool.write { try SQLiteFile.counted(body, $0, statistics, counter) }
            case .postgres(let rows): try await rows.write(statistics, counter, body)
            }
        }
    }

    /// Runs a transaction and undoes it: what it checks is checked, and nothing is changed.
    package func rehearse<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        try await DatabaseUnusable.naming(path, schema) {
            switch engine {
            case .sqlite(let file): try await file.rehearse(statistics, body)
            case .postgres(let rows): try await rows.rehearse(statistics, body)
            }
        }
    }

    /// For callers that already stand on a thread that may block.
    package func blockingRead<Value>(_ body: (Transaction) throws -> Value) throws -> Value {
        try DatabaseUnusable.naming(path, schema) {
            switch engine {
            case .sqlite(let file): try file.pool.read { try body(Transaction($0, statistics)) }
            case .postgres(let rows): try rows.blockingRead(statistics, body)
            }
        }
    }

    package func blockingWrite<Value>(_ body: (Transaction) throws -> Value) throws -> Value {
        let counter = counter
        return try DatabaseUnusable.naming(path, schema) {
            switch engine {
            case .sqlite(let file): try file.pool.write { try SQLiteFile.counted(body, $0, statistics, counter) }
            case .postgres(let rows): try rows.blockingWrite(statistics, counter, body)
            }
        }
    }

    /// Counts the commits in the identity from now on, and says the number of each once it is on the disk.
    package func countCommits(_ tell: @escaping @Sendable (UInt64) -> Void) { commits.withLock { $0 = tell } }

    // Not inlined: around an `await` a task may go on on another thread, and an inlined lock has been seen to be left by the wrong one.
    @inline(never) private var counter: (@Sendable (UInt64) -> Void)? { commits.withLock { $0 } }

    /// Writes the file anew without what was deleted, and empties the log. No transaction may run meanwhile. PostgreSQL keeps what was deleted
    /// until it cleans up, and in its log: nothing is done there.
    package func eraseWhatWasDeleted() throws {
        guard case .sqlite(let file) = engine else { return }
        try DatabaseUnusable.naming(path, schema) { try file.eraseWhatWasDeleted() }
    }

    /// Lets go of the file, with all that was committed in it and nothing in its log; or of the connections.
    package func close() throws {
        switch engine {
        case .sqlite(let file): try file.close()
        case .postgres(let rows): rows.close()
        }
    }
}
