import GRDB

extension Database {
    /// Throws `DatabaseDamaged` unless the file is whole: its structure, and when `thoroughly` also that its indices say what its tables do,
    /// which takes ten times as long. In PostgreSQL every table is read, `thoroughly` or not: it proves its pages when they are read, where
    /// checksums are on.
    package func check(thoroughly: Bool) throws {
        try refuse(damage(thoroughly: thoroughly))
    }

    /// The same of all of the file, for callers that must not block.
    package func checkThoroughly() async throws {
        try refuse(await read { try Self.damage(thoroughly: true, $0) })
    }

    /// What is found wrong first; nil when it is whole.
    package func damage(thoroughly: Bool) throws -> String? { try blockingRead { try Self.damage(thoroughly: thoroughly, $0) } }

    private func refuse(_ damage: String?) throws {
        if let damage { throw DatabaseDamaged(path: path, cause: damage, content: schema.content, remedy: schema.remedy) }
    }

    private static func damage(thoroughly: Bool, _ transaction: Transaction) throws -> String? {
        guard transaction.isSQLite else { return try damageInPostgres(transaction) }
        let pragma = thoroughly ? "integrity_check" : "quick_check"
        let found = try transaction.rows("PRAGMA \(pragma)(1)").map { try $0.text(pragma) }
        return found == ["ok"] ? nil : found.first ?? "it cannot be checked"
    }

    private static func damageInPostgres(_ transaction: Transaction) throws -> String? {
        for table in try transaction.rows("SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename")
        {
            let name = try table.text("name")
            do {
                _ = try transaction.rows("SELECT COUNT(*) AS count FROM \(PostgresDialect.quoted(name))")
            } catch let error as PostgresError where error.isDamage {
                return "table \(name): \(error)"
            }
        }
        return nil
    }
}

/// A database does not hold what was written into it.
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
