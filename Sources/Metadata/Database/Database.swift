import Foundation
import GRDB
import Synchronization

/// One SQLite database: many readers beside one writer, and a commit is on the disk when it returns.
///
/// Statements are written in the SQL that SQLite and PostgreSQL share; a driver is rows, execute and a transaction closure.
package final class Database: Sendable {
    let pool: DatabasePool
    package let statistics: SQLStatistics
    package let path: String
    let schema: Schema
    /// The folder of a copy that is read in place of the file, and goes with this.
    private let copy: URL?
    private let isOpen = Atomic<Bool>(true)
    /// Who is told the number of each commit.
    private let commits = Mutex<(@Sendable (UInt64) -> Void)?>(nil)

    /// Opens the file, makes it (mode 0600) when it is missing, and brings its schema up to date.
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
        copy = nil
        if !FileManager.default.fileExists(atPath: path) {
            let isMade = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            guard isMade else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
        }
        pool = try DatabaseUnusable.naming(path, schema) {
            let pool = try DatabasePool(path: path, configuration: Self.configuration(path))
            // By the one connection that sees its own changes of the schema: a reader that was opened before them would tell of old columns.
            try pool.writeWithoutTransaction { transaction in
                try schema.checkKind(Transaction(transaction, statistics))
                try check(Transaction(transaction, statistics))
            }
            // FULL: the log is synced at each commit, so what was acknowledged survives a power cut. Set here and not while the
            // connection is prepared, because the pool sets NORMAL after that.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            try pool.write { try schema.migrate(Transaction($0, statistics)) }
            return pool
        }
    }

    /// Opens a file that is there to read it, beside a server or on a folder that cannot be written to. Nothing is changed or made.
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
        (pool, copy) = try DatabaseUnusable.naming(path, schema) {
            let (pool, copy) = try Self.readOnlyPool(path)
            try pool.read { transaction in
                try schema.checkKind(Transaction(transaction, statistics))
                try check(Transaction(transaction, statistics))
                try schema.checkIsCurrent(Transaction(transaction, statistics))
            }
            return (pool, copy)
        }
    }

    deinit {
        if let copy { try? FileManager.default.removeItem(at: copy) }
    }

    static func configuration(_ path: String, readonly: Bool = false) -> Configuration {
        var configuration = Configuration()
        configuration.label = URL(filePath: path).lastPathComponent
        configuration.busyMode = .timeout(30)
        configuration.maximumReaderCount = 8
        configuration.readonly = readonly
        configuration.prepareDatabase { connection in
            try connection.execute(sql: "PRAGMA foreign_keys = ON")
            // What is deleted, secrets among it, does not stay in the file.
            if !readonly { try connection.execute(sql: "PRAGMA secure_delete = ON") }
        }
        return configuration
    }

    package func read<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        let statistics = statistics
        return try await DatabaseUnusable.naming(path, schema) { try await pool.read { try body(Transaction($0, statistics)) } }
    }

    package func write<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        let (statistics, counter) = (statistics, counter)
        return try await DatabaseUnusable.naming(path, schema) {
            try await pool.write { try Self.counted(body, $0, statistics, counter) }
        }
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
        try DatabaseUnusable.naming(path, schema) { try pool.read { try body(Transaction($0, statistics)) } }
    }

    package func blockingWrite<Value>(_ body: (Transaction) throws -> Value) throws -> Value {
        let counter = counter
        return try DatabaseUnusable.naming(path, schema) { try pool.write { try Self.counted(body, $0, statistics, counter) } }
    }

    /// Counts the commits in the identity from now on, and says the number of each once it is on the disk.
    package func countCommits(_ tell: @escaping @Sendable (UInt64) -> Void) { commits.withLock { $0 = tell } }

    // Not inlined: around an `await` a task may go on on another thread, and an inlined lock has been seen to be left by the wrong one.
    @inline(never) private var counter: (@Sendable (UInt64) -> Void)? { commits.withLock { $0 } }

    /// Of the statements that count commits, which are not the caller's.
    private static let uncounted = SQLStatistics()

    /// Counts the commit before it is done: whoever sees what it wrote finds it counted.
    private static func counted<Value>(
        _ body: (Transaction) throws -> Value,
        _ connection: GRDB.Database,
        _ statistics: SQLStatistics,
        _ counter: (@Sendable (UInt64) -> Void)?
    ) throws -> Value {
        let before = connection.totalChangesCount
        let value = try body(Transaction(connection, statistics))
        // What has changed nothing is no commit, and costs no sync.
        if let counter, connection.totalChangesCount != before {
            let number = try IdentityTable(Transaction(connection, uncounted)).countCommit()
            connection.afterNextTransaction { _ in counter(number) }
        }
        statistics.committed()
        return value
    }

    /// Writes the file anew without what was deleted, and empties the log. No transaction may run meanwhile.
    package func eraseWhatWasDeleted() throws {
        try DatabaseUnusable.naming(path, schema) {
            try pool.vacuum()
            try pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        }
    }

    /// Lets go of the file once, with all that was committed in it and nothing in its log: whoever copies or replaces it has one file to think of.
    package func close() throws {
        guard isOpen.exchange(false, ordering: .acquiringAndReleasing) else { return }
        if !pool.configuration.readonly { try? pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) } }
        try pool.close()
    }
}
