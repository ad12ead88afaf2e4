import Foundation
import Glibc
import Synchronization

/// The rows of one schema: many readers beside one writer, as with SQLite.
///
/// What one process writes is written one after another, so it is never in its own way. What others write may be in its way: then a
/// transaction has changed nothing, and its closure runs once more. So closures of transactions must be repeatable.
final class PostgresRows: Sendable {
    private static let readersMax = 8
    private static let conflictsMax = 12
    /// A row that is there, or is missing, may be the trace of a conflict; one that is still there is what the caller is told.
    private static let duplicatesMax = 1
    private static let lossesMax = 1

    let server: PostgresServer
    let name: String
    private let isolation: Isolation
    private let readers: PostgresPool
    private let writer: PostgresPool
    /// Who looks on before each commit.
    let observers = Mutex<[@Sendable () throws -> Void]>([])
    private let marks: CommitMarks

    /// - Parameter name: of the schema, which is made when it is missing.
    init(_ server: PostgresServer, name: String, isolation: Isolation, prepare: (PostgresConnection) throws -> Void) throws {
        self.server = server
        self.name = name
        self.isolation = isolation
        readers = PostgresPool(server, schema: name, sessions: Self.readersMax)
        writer = PostgresPool(server, schema: name, sessions: 1)
        marks = CommitMarks()
        try writer.runBlocking { session in
            let connection = try session.connection()
            try server.check(connection)
            try connection.begin(.readCommitted)
            do {
                // One at a time makes and changes tables.
                _ = try connection.run("SELECT pg_advisory_xact_lock(?) IS NULL AS taken", [.integer(ServerSession.lock + 1)])
                try connection.command("CREATE SCHEMA IF NOT EXISTS \(PostgresDialect.quoted(name))")
                try prepare(connection)
                try marks.prepare(connection)
                try connection.commit()
                try connection.forgetStatements()
            } catch {
                session.disconnect()
                throw error
            }
        }
    }

    func close() {
        readers.close()
        writer.close()
    }

    // MARK: Reading

    func read<Value: Sendable>(_ statistics: SQLStatistics, _ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value
    {
        try await readers.run { try Self.read(on: $0, statistics, body) }
    }

    func blockingRead<Value>(_ statistics: SQLStatistics, _ body: (Transaction) throws -> Value) throws -> Value {
        try readers.runBlocking { try Self.read(on: $0, statistics, body) }
    }

    private static func read<Value>(
        on session: PostgresSession,
        _ statistics: SQLStatistics,
        _ body: (Transaction) throws -> Value
    ) throws -> Value {
        var losses = 0
        while true {
            do {
                let connection = try session.connection()
                do {
                    try connection.beginReading()
                    let value = try body(Transaction(connection, statistics))
                    try connection.endReading()
                    return value
                } catch {
                    session.end(connection, after: error)
                    throw error
                }
            } catch is PostgresConnectionLost where losses < lossesMax {
                // It may have gone long ago, while nobody used it.
                losses += 1
            }
        }
    }

    // MARK: Writing

    func write<Value: Sendable>(
        _ statistics: SQLStatistics,
        _ counter: (@Sendable (UInt64) -> Void)?,
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try await writer.run { try self.write(on: $0, statistics, counter, body) }
    }

    func blockingWrite<Value>(
        _ statistics: SQLStatistics,
        _ counter: (@Sendable (UInt64) -> Void)?,
        _ body: (Transaction) throws -> Value
    ) throws -> Value {
        try writer.runBlocking { try write(on: $0, statistics, counter, body) }
    }

    /// Runs a transaction and undoes it.
    func rehearse<Value: Sendable>(
        _ statistics: SQLStatistics,
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try await writer.run { session in
            try self.repeating {
                let connection = try session.connection()
                do {
                    try connection.begin(self.isolation)
                    let value = try body(Transaction(connection, statistics))
                    try connection.rollback()
                    return value
                } catch {
                    session.end(connection, after: error)
                    throw connection.failure(besides: error)
                }
            }
        }
    }

    private func write<Value>(
        on session: PostgresSession,
        _ statistics: SQLStatistics,
        _ counter: (@Sendable (UInt64) -> Void)?,
        _ body: (Transaction) throws -> Value
    ) throws -> Value {
        try repeating {
            let connection = try session.connection()
            do {
                try connection.begin(isolation)
                let value = try body(Transaction(connection, statistics))
                // What has changed nothing is no commit.
                guard connection.hasWritten else {
                    try connection.commit()
                    statistics.committed()
                    return value
                }
                let number = try counter.map { _ in try IdentityTable(Transaction(connection, SQLStatistics())).countCommit() }
                let mark = try marks.set(on: connection)
                for observer in observers.withLock({ $0 }) { try observer() }
                try commit(connection, mark, on: session)
                if let counter, let number { counter(number) }
                statistics.committed()
                return value
            } catch {
                session.end(connection, after: error)
                throw connection.failure(besides: error)
            }
        }
    }

    /// Commits; when the connection goes meanwhile, looks up whether it was.
    private func commit(_ connection: PostgresConnection, _ mark: Int64, on session: PostgresSession) throws {
        do {
            try connection.commit()
        } catch let error as PostgresConnectionLost {
            let isCommitted: Bool
            do {
                isCommitted = try marks.isSet(mark) {
                    session.disconnect()
                    return try session.connection()
                }
            } catch let failure {
                throw DatabaseUnavailable(place: server.name, cause: failure, isUnchanged: false)
            }
            guard !isCommitted else { return }
            throw error
        }
    }

    /// Runs a transaction until it has been in nobody's way, or too often.
    private func repeating<Value>(_ attempt: () throws -> Value) throws -> Value {
        var (conflicts, duplicates, losses) = (0, 0, 0)
        while true {
            do {
                return try attempt()
            } catch let error as PostgresError where error.isConflict && conflicts < Self.conflictsMax {
                conflicts += 1
                Self.backOff(conflicts)
            } catch let error as PostgresError
                where isolation == .serializable && (error.isDuplicate || error.isMissingReference) && duplicates < Self.duplicatesMax
            {
                duplicates += 1
            } catch is PostgresConnectionLost where losses < Self.lossesMax {
                losses += 1
            }
        }
    }

    /// A random time, at most twice as long after each conflict: whoever was in the way is through by then.
    private static func backOff(_ conflicts: Int) {
        usleep(.random(in: 0...(500 << UInt32(min(conflicts, 8)))))
    }
}

extension PostgresSession {
    /// Undoes a transaction that has failed. A connection that cannot is given up.
    fileprivate func end(_ connection: PostgresConnection, after error: any Error) {
        guard !(error is PostgresConnectionLost) else { return disconnect() }
        do {
            try connection.rollback()
        } catch {
            disconnect()
        }
    }
}

extension PostgresConnection {
    /// What makes a transaction run once more counts before what its closure made of it.
    fileprivate func failure(besides error: any Error) -> any Error {
        guard !(error is PostgresConnectionLost), !(error is DatabaseUnavailable), let failure, failure.isConflict else { return error }
        return failure
    }
}
