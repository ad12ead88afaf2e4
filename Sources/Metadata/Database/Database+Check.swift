import GRDB

extension Database {
    /// Throws `DatabaseDamaged` unless the file is whole: its structure, and when `thoroughly` also that its indices say what its tables do,
    /// which takes ten times as long.
    package func check(thoroughly: Bool) throws {
        try refuse(damage(thoroughly: thoroughly))
    }

    /// The same of all of the file, for callers that must not block.
    package func checkThoroughly() async throws {
        try refuse(await read { try Self.damage(thoroughly: true, $0) })
    }

    /// What SQLite finds wrong first in the file; nil when it is whole.
    package func damage(thoroughly: Bool) throws -> String? { try blockingRead { try Self.damage(thoroughly: thoroughly, $0) } }

    private func refuse(_ damage: String?) throws {
        if let damage { throw DatabaseDamaged(path: path, cause: damage, content: schema.content, remedy: schema.remedy) }
    }

    private static func damage(thoroughly: Bool, _ transaction: Transaction) throws -> String? {
        let pragma = thoroughly ? "integrity_check" : "quick_check"
        let found = try transaction.rows("PRAGMA \(pragma)(1)").map { try $0.text(pragma) }
        return found == ["ok"] ? nil : found.first ?? "it cannot be checked"
    }
}

/// The file of a database does not hold what SQLite wrote.
package struct DatabaseDamaged: Error, CustomStringConvertible {
    package let path: String
    package let cause: String
    let content: String
    let remedy: String

    package var description: String { "\(path), which holds \(content), is damaged (\(cause)). What to do: \(remedy)" }
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
