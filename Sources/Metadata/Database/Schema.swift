/// The tables of one kind of database, as numbered steps. A step that has shipped is never edited: the next one changes what it made.
package struct Schema: Sendable {
    private let steps: [[String]]

    init(steps: [[String]]) { self.steps = steps }

    func migrate(_ transaction: Transaction) throws {
        try transaction.execute("CREATE TABLE IF NOT EXISTS schema_steps (number BIGINT PRIMARY KEY)")
        let done = try transaction.firstRow("SELECT COALESCE(MAX(number), 0) AS number FROM schema_steps")?.integer("number") ?? 0
        guard done <= steps.count else { throw SchemaTooNew(found: Int(done), known: steps.count) }
        for (index, statements) in steps.enumerated().dropFirst(Int(done)) {
            for statement in statements { try transaction.execute(statement) }
            try transaction.execute("INSERT INTO schema_steps (number) VALUES (?)", [.integer(index + 1)])
        }
    }
}

/// The database was written by a newer Ferry than this one.
package struct SchemaTooNew: Error, CustomStringConvertible {
    package let found: Int
    package let known: Int

    package var description: String {
        "The database is at schema step \(found), this Ferry knows \(known): start the newer Ferry that wrote it"
    }
}
