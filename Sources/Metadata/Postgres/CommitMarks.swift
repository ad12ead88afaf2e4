import Foundation
import Glibc

/// How a commit is looked up whose answer was lost: each transaction that writes leaves its number in a row of its writer.
///
/// PostgreSQL's own numbers would not do: those of transactions that were lost in a crash are given out anew after it. Nor would looking alone:
/// the lost transaction may still be under way. The row is locked by it until it has ended, and whoever looks waits for that.
final class CommitMarks: Sendable {
    /// For PostgreSQL to start once more, and for a commit that is under way.
    private static let patience: Duration = .seconds(20)
    private static let pause: UInt32 = 100_000

    /// Of the process and schema; there is one writer.
    private let writer = Int64.random(in: 1...Int64.max)

    /// Makes the table, and this writer's row. Rows of writers of before are of no use to anybody.
    func prepare(_ connection: PostgresConnection) throws {
        try connection.command(
            "CREATE TABLE IF NOT EXISTS commit_marks (writer BIGINT PRIMARY KEY, mark BIGINT NOT NULL, made_at BIGINT NOT NULL)"
        )
        let now = Int64(Date().timeIntervalSince1970)
        _ = try connection.run("DELETE FROM commit_marks WHERE made_at < ?", [.integer(now - 30 * 86_400)])
        try write(0, on: connection)
    }

    /// Leaves a mark in the transaction that is open, and returns it.
    func set(on connection: PostgresConnection) throws -> Int64 {
        let mark = Int64.random(in: 1...Int64.max)
        try write(mark, on: connection)
        return mark
    }

    private func write(_ mark: Int64, on connection: PostgresConnection) throws {
        _ = try connection.run(
            """
            INSERT INTO commit_marks (writer, mark, made_at) VALUES (?, ?, ?)
            ON CONFLICT (writer) DO UPDATE SET mark = excluded.mark, made_at = excluded.made_at
            """,
            [.integer(writer), .integer(mark), .integer(Int64(Date().timeIntervalSince1970))]
        )
    }

    /// Whether the transaction that left a mark was committed. Waits until it is over, and for a database that starts once more.
    ///
    /// - Parameter connect: makes a new connection.
    func isSet(_ mark: Int64, _ connect: () throws -> PostgresConnection) throws -> Bool {
        let end = ContinuousClock.now + Self.patience
        while true {
            do {
                return try look(mark, on: connect())
            } catch let error where Self.isPassing(error) && ContinuousClock.now < end {
                usleep(Self.pause)
            }
        }
    }

    private func look(_ mark: Int64, on connection: PostgresConnection) throws -> Bool {
        try connection.begin(.readCommitted)
        try connection.command("SET LOCAL lock_timeout TO '\(Self.patience.components.seconds)s'")
        let row = try connection.run("SELECT mark FROM commit_marks WHERE writer = ? FOR UPDATE", [.integer(writer)]).rows.first
        let found = try row?.integer("mark")
        try connection.rollback()
        guard let found else { throw CorruptRow(column: "commit_marks.mark") }
        return found == mark
    }

    private static func isPassing(_ error: any Error) -> Bool {
        error is PostgresConnectionLost || (error as? PostgresError)?.isPassing == true
    }
}
