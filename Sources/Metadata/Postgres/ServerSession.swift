import Foundation
import Glibc
import Synchronization

/// Keeps a second server off a database: a lock that PostgreSQL takes back when the process ends, and a row that says who serves.
///
/// The lock alone would not do: it goes with one connection, and others of the same process may outlive it. So each new connection looks
/// whether the row still names this process, and whoever takes over ends the connections of the one before.
final class ServerSession {
    /// Of advisory locks: any number that nobody else uses. "ferry", as bytes.
    static let lock: Int64 = 0x66_6572_7279
    /// How long the connections of a server that was killed may take to end.
    private static let endingMilliseconds = 10_000
    /// How long the lock of a server that was killed may last.
    private static let takingPatience: Duration = .seconds(5)

    let id = UUID().uuidString
    private var connection: PostgresConnection

    init(_ server: PostgresServer) throws {
        connection = try server.open(application: "ferry \(id)")
        try server.check(connection)
        try Self.wait(for: connection, server)
        try connection.command(
            """
            SET client_min_messages TO error; CREATE SCHEMA IF NOT EXISTS ferry;
            CREATE TABLE IF NOT EXISTS ferry.server (id TEXT NOT NULL); DELETE FROM ferry.server;
            INSERT INTO ferry.server (id) VALUES ('\(id)')
            """
        )
        // What they have under way is over when this returns.
        try connection.command(
            """
            SELECT pg_terminate_backend(pid, \(Self.endingMilliseconds)) FROM pg_stat_activity WHERE datname = current_database()
            AND usename = current_user AND application_name LIKE 'ferry %' AND application_name <> 'ferry \(id)'
            """
        )
    }

    /// Takes the lock once more when its connection is gone, as after a restart of PostgreSQL.
    func keep(on server: PostgresServer) throws {
        if (try? connection.command("SELECT 1")) != nil { return }
        let again = try server.open(application: "ferry \(id)")
        guard try Self.take(again) else { throw DatabaseServed(name: server.name) }
        connection = again
    }

    /// PostgreSQL takes a moment to notice that a server was killed, and its successor may be faster.
    private static func wait(for connection: PostgresConnection, _ server: PostgresServer) throws {
        let end = ContinuousClock.now + takingPatience
        while try !take(connection) {
            guard ContinuousClock.now < end else { throw DatabaseServed(name: server.name) }
            usleep(50_000)
        }
    }

    private static func take(_ connection: PostgresConnection) throws -> Bool {
        try connection.run("SELECT pg_try_advisory_lock(?) AS taken", [.integer(lock)]).rows.first?.flag("taken") == true
    }
}

extension PostgresServer {
    /// Takes the database for this process, until `stopServing` or the end of the process.
    ///
    /// - Throws: `DatabaseServed` when another process has it, `PostgresUnfit`, `DatabaseUnavailable`
    package func serve() throws {
        do {
            try session.withLock { $0 = try ServerSession(self) }
        } catch let error where !(error is DatabaseServed) {
            throw DatabaseUnavailable.named(error, place: name) ?? error
        }
    }

    package func stopServing() { session.withLock { $0 = nil } }

    /// The id of this process as a server of the database.
    var served: String? { session.withLock { $0?.id } }

    /// Proves that nobody else has taken the database.
    func prove(_ id: String, on connection: PostgresConnection) throws {
        try session.withLock { try $0?.keep(on: self) }
        guard try connection.run("SELECT id FROM ferry.server", []).rows.first?.text("id") == id else { throw DatabaseServed(name: name) }
    }
}

/// Another server has the database.
package struct DatabaseServed: Error, CustomStringConvertible {
    package let name: String

    package var description: String {
        "another ferry serves \(name): stop it, or name another database with --database"
    }
}
