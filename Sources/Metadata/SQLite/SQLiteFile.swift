import Foundation
import GRDB
import Synchronization

/// Rows in a SQLite file: many readers beside one writer, and a commit is on the disk when it returns.
final class SQLiteFile: Sendable {
    let pool: DatabasePool
    private let path: String
    /// The folder of a copy that is read in place of the file, and goes with this.
    private let copy: URL?
    private let isOpen = Atomic<Bool>(true)

    /// Opens a file, made (mode 0600) when it is missing. `check` looks at what it holds before anything in it is changed.
    init(writing path: String, check: (GRDB.Database) throws -> Void, migrate: (GRDB.Database) throws -> Void) throws {
        self.path = path
        copy = nil
        pool = try DatabasePool(path: path, configuration: Self.configuration(path))
        // By the one connection that sees its own changes of the schema: a reader that was opened before them would tell of old columns.
        try pool.writeWithoutTransaction(check)
        // FULL: the log is synced at each commit, so what was acknowledged survives a power cut. Set here and not while the
        // connection is prepared, because the pool sets NORMAL after that.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        try pool.write(migrate)
    }

    /// Opens a file that is there to read it, beside a server or on a folder that cannot be written to.
    init(reading path: String, check: (GRDB.Database) throws -> Void) throws {
        self.path = path
        (pool, copy) = try Self.readOnlyPool(path)
        try pool.read(check)
    }

    deinit {
        if let copy { try? FileManager.default.removeItem(at: copy) }
    }

    static func make(_ path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else { return }
        let isMade = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        guard isMade else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
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

    /// Of the statements that count commits, which are not the caller's.
    private static let uncounted = SQLStatistics()

    /// Runs a transaction that writes, and counts its commit before it is done: whoever sees what it wrote finds it counted.
    static func counted<Value>(
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

    /// Runs a transaction and undoes it.
    func rehearse<Value: Sendable>(
        _ statistics: SQLStatistics,
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try await pool.writeWithoutTransaction { connection in
            try connection.beginTransaction(.immediate)
            let result = Result { try body(Transaction(connection, statistics)) }
            try connection.rollback()
            return try result.get()
        }
    }

    /// Writes the file anew without what was deleted, and empties the log.
    func eraseWhatWasDeleted() throws {
        try pool.vacuum()
        try pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
    }

    /// Lets go of the file once, with all that was committed in it and nothing in its log: whoever copies or replaces it has one file to think of.
    func close() throws {
        guard isOpen.exchange(false, ordering: .acquiringAndReleasing) else { return }
        if !pool.configuration.readonly { try? pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) } }
        try pool.close()
    }
}
