import GRDB

extension Database {
    /// Throws `DatabaseDamaged` unless the file is whole: its structure, and when `thoroughly` also that its indices say what its tables do,
    /// which takes ten times as long.
    package func check(thoroughly: Bool) throws {
        let pragma = thoroughly ? "integrity_check" : "quick_check"
        let found = try blockingRead { try $0.rows("PRAGMA \(pragma)(1)").map { try $0.text(pragma) } }
        guard found == ["ok"] else { throw DatabaseDamaged(path: path, cause: found.first ?? "it cannot be checked") }
    }
}

/// The file of a database does not hold what SQLite wrote.
package struct DatabaseDamaged: Error, CustomStringConvertible {
    package let path: String
    package let cause: String

    package var description: String { "\(path) is damaged (\(cause))" }
}

extension DatabaseFailure {
    /// Whether the error says that a file holds something else than it should: damage, or the tables of something else.
    package static func isDamage(_ error: any Error) -> Bool {
        switch error {
        case is DatabaseDamaged, is CorruptRow, is DatabaseRefused: true
        case let error as DatabaseUnusable: error.isDamaged
        case let error as DatabaseError: error.resultCode == .SQLITE_ERROR
        default: false
        }
    }
}
