import CLibPQ
import Foundation
import Glibc
import Synchronization

/// A database of a PostgreSQL server that holds rows, each Region and the directory in a schema of its own.
package final class PostgresServer: Sendable {
    /// The first that every statement of ours is proven on.
    private static let versionMin = 150_000
    /// What is asked of the network unless the URL says otherwise: a server that is gone is noticed, not waited for.
    private static let patience = [
        ("connect_timeout", "10"), ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
        ("tcp_user_timeout", "30000"),
    ]

    private let url: String
    /// What the names of our schemas begin with.
    private let prefix: String
    /// The database for messages: without the user and what is secret.
    package let name: String
    /// What nobody tries again for now: a server that does not answer at all would hold up everybody in turn.
    private let silence = Mutex<(end: ContinuousClock.Instant, cause: String)?>(nil)
    /// Who serves the database from this process; nil while nobody does.
    let session = Mutex<ServerSession?>(nil)

    /// - Parameters:
    ///   - url: as libpq reads it: `postgresql://user@host:port/database?sslmode=verify-full`.
    ///   - prefix: of the names of schemas.
    /// - Throws: `PostgresURLWrong`
    package init(url: String, prefix: String = "ferry") throws {
        guard url.hasPrefix("postgresql://") || url.hasPrefix("postgres://") else {
            throw PostgresURLWrong(cause: "it does not begin with postgresql://")
        }
        var cause: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &cause) else {
            defer { PQfreemem(cause) }
            throw PostgresURLWrong(cause: cause.map { String(cString: $0).trimmingCharacters(in: .whitespacesAndNewlines) } ?? "")
        }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        self.url = url
        self.prefix = prefix
        let host = values["host"] ?? values["hostaddr"] ?? "this machine"
        name = "the PostgreSQL database \(values["dbname"] ?? values["user"] ?? "") on \(host)"
    }

    /// The schema of a Region, or of the directory.
    package func schema(of place: String) -> String { prefix + "_" + place.replacing("-", with: "_") }

    /// A connection whose statements mean the tables of a schema. Where this process serves the database, it is proven that it still does.
    func connect(to schema: String) throws -> PostgresConnection {
        let serving = served
        let connection = try open(application: serving.map { "ferry \($0)" } ?? "ferry")
        try connection.command(
            """
            SET search_path TO \(PostgresDialect.quoted(schema)); SET client_min_messages TO error; SET jit TO off;
            SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')
            """
        )
        if let serving { try prove(serving, on: connection) }
        return connection
    }

    /// Removes all schemas. For tests, which leave nothing behind: nothing in the product calls it.
    package func erase() throws {
        let connection = try open(application: "ferry")
        let names = try connection.run("SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE ?", [.text(prefix + "\\_%")]).rows
        for name in try names.map({ try $0.text("name") }) {
            try connection.command("SET client_min_messages TO error; DROP SCHEMA \(PostgresDialect.quoted(name)) CASCADE")
        }
    }

    func open(application: String) throws -> PostgresConnection {
        let start = ContinuousClock.now
        if let silence = silence.withLock({ $0 }), start < silence.end { throw PostgresConnectionLost(silence.cause) }
        do {
            return try PostgresConnection(
                Self.patience + [("dbname", url), ("application_name", application), ("client_encoding", "UTF8")]
            )
        } catch let error as PostgresConnectionLost {
            let end = ContinuousClock.now
            if end - start > .seconds(1) { silence.withLock { $0 = (end + (end - start), error.message) } }
            throw error
        }
    }

    /// Refuses a server on which rows would not be what they are on ours, or not last.
    func check(_ connection: PostgresConnection) throws {
        try Self.check(name) {
            try connection.run("SELECT current_setting('\($0)') AS value", []).rows.first?.text("value") ?? ""
        }
    }

    /// The same by what the server answers for its settings.
    package static func check(_ name: String, _ setting: (String) throws -> String) throws {
        let version = try setting("server_version_num")
        guard Int(version) ?? 0 >= versionMin else {
            throw PostgresUnfit(name: name, cause: "it is of version \(try setting("server_version")), and Ferry needs 15 or later")
        }
        guard try setting("server_encoding") == "UTF8" else {
            throw PostgresUnfit(name: name, cause: "its encoding is \(try setting("server_encoding")): make one WITH ENCODING 'UTF8'")
        }
        for option in ["fsync", "full_page_writes"] where try setting(option) != "on" {
            throw PostgresUnfit(name: name, cause: "the server runs with \(option) off: what is committed would not last. Set it to on")
        }
    }
}

/// What was named as a database is no URL of PostgreSQL.
package struct PostgresURLWrong: Error, CustomStringConvertible {
    let cause: String

    package var description: String { "the URL of the database cannot be read: \(cause). Write postgresql://user@host:port/database" }
}

/// The database cannot hold our rows.
package struct PostgresUnfit: Error, CustomStringConvertible {
    let name: String
    let cause: String

    package var description: String { "\(name) cannot hold rows: \(cause)" }
}
