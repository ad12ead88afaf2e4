/// The tables of one kind of database, as numbered steps. A step that has shipped is never edited: the next one changes what it made.
package struct Schema: Sendable {
    /// What a database of the kind holds, for messages.
    package let content: String
    /// A table that its first step makes and no other kind of database has.
    private let landmark: String
    /// What to do when a file of the kind cannot be used.
    let remedy: String
    /// How far writers are kept apart where there are several.
    let isolation: Isolation
    private let steps: [[String]]

    /// How many steps there are.
    package var stepCount: Int { steps.count }

    init(_ content: String, landmark: String, remedy: String, isolation: Isolation = .serializable, steps: [[String]]) {
        self.content = content
        self.landmark = landmark
        self.remedy = remedy
        self.isolation = isolation
        self.steps = steps
    }

    /// Whether a database has no tables of ours at all, as one that was just made.
    package static func isEmpty(_ transaction: Transaction) throws -> Bool { try step(of: transaction) == 0 }

    private static func step(of transaction: Transaction) throws -> Int {
        guard try transaction.hasTable("schema_steps") else { return 0 }
        return Int(try transaction.firstRow("SELECT COALESCE(MAX(number), 0) AS number FROM schema_steps")?.integer("number") ?? 0)
    }

    /// Refuses a database of another kind, whose steps would be taken for those of this one.
    func checkKind(_ transaction: Transaction) throws {
        guard try Self.step(of: transaction) > 0, try !transaction.hasTable(landmark) else { return }
        throw WrongDatabase(expected: content)
    }

    /// Refuses a database that is to be read as it is and whose tables are not those that this Ferry knows.
    func checkIsCurrent(_ transaction: Transaction) throws {
        let found = try Self.step(of: transaction)
        guard found <= steps.count else { throw SchemaTooNew(found: found, known: steps.count) }
        guard found == steps.count else { throw SchemaTooOld(found: found, known: steps.count) }
    }

    func migrate(_ transaction: Transaction) throws {
        try checkKind(transaction)
        try transaction.define("CREATE TABLE IF NOT EXISTS schema_steps (number BIGINT PRIMARY KEY)")
        let done = try transaction.firstRow("SELECT COALESCE(MAX(number), 0) AS number FROM schema_steps")?.integer("number") ?? 0
        guard done <= steps.count else { throw SchemaTooNew(found: Int(done), known: steps.count) }
        for (index, statements) in steps.enumerated().dropFirst(Int(done)) {
            for statement in statements { try transaction.define(statement) }
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

/// The database was written by an older Ferry, and is only read now.
package struct SchemaTooOld: Error, CustomStringConvertible {
    package let found: Int
    package let known: Int

    package var description: String {
        "The database is at schema step \(found), this Ferry reads \(known): run ferry serve once, which brings it up to date"
    }
}

/// The file is a database, and not one of this kind.
package struct WrongDatabase: Error, CustomStringConvertible {
    package let expected: String

    package var description: String { "The file is a database of another kind: it does not hold \(expected)" }
}
