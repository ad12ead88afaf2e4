import Foundation
import Metadata
import TestSupport
import Testing

/// What happens to the rows of a table from the first to the last: steps that write by its type, and what its type reads after each.
struct TableLife: Sendable, CustomTestStringConvertible {
    /// What a step has done to the rows of the table.
    enum Event: String, Sendable {
        case inserted, changed, deleted
    }

    struct Step<Value: Sendable>: Sendable {
        let value: Value
        let write: @Sendable (Transaction) throws -> Void

        static func then(_ value: Value, _ write: @escaping @Sendable (Transaction) throws -> Void) -> Step {
            Step(value: value, write: write)
        }
    }

    let table: String
    let schema: Schema
    /// - Returns: what has happened to the rows, as the table itself tells.
    let live: @Sendable () throws -> Set<Event>

    var testDescription: String { table }

    /// - Parameter given: writes what the rows refer to.
    init<Value: Equatable & Sendable>(
        _ table: String,
        of schema: Schema = .region,
        given: @escaping @Sendable (Transaction) throws -> Void = { _ in },
        read: @escaping @Sendable (Transaction) throws -> Value,
        _ steps: [Step<Value>]
    ) {
        (self.table, self.schema) = (table, schema)
        live = {
            let temporary = try TemporaryDatabase(schema)
            try temporary.write(given)
            var events: Set<Event> = []
            for step in steps {
                let before = try temporary.read { try $0.dump(of: table) }
                try temporary.write(step.write)
                #expect(try temporary.read(read) == step.value, "\(table)")
                let happened = Event.between(before, try temporary.read { try $0.dump(of: table) })
                #expect(!happened.isEmpty, "\(table) is as it was")
                events.formUnion(happened)
            }
            return events
        }
    }
}

extension TableLife.Event {
    fileprivate static func between(_ before: [[String]], _ after: [[String]]) -> Set<TableLife.Event> {
        var events: Set<TableLife.Event> = []
        if after.count > before.count { events.insert(.inserted) }
        if after.count < before.count { events.insert(.deleted) }
        if !Set(before).isSubset(of: after), !Set(after).isSubset(of: before) { events.insert(.changed) }
        return events
    }
}

extension Transaction {
    /// The names of all tables, of which two are the engine's own business.
    func tables() throws -> Set<String> {
        let sql =
            TestRows.areInFiles
            ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            : "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()"
        return Set(try rows(sql).map { try $0.text("name") }).subtracting(["schema_steps", "commit_marks"])
    }

    fileprivate func dump(of table: String) throws -> [[String]] {
        let columns = try rows(
            TestRows.areInFiles
                ? "SELECT name FROM pragma_table_info(?)"
                : "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ?",
            [.text(table)]
        ).map { try $0.text("name") }
        // That of an identity is made when there is one.
        guard !columns.isEmpty else { return [] }
        return try rows("SELECT * FROM \(table)").map { row in try columns.map { try row.described($0) } }
    }
}

extension SQLRow {
    fileprivate func described(_ column: String) throws -> String {
        if let text = try? optionalText(column) { return text }
        if let integer = try? optionalInteger(column) { return String(integer) }
        return try optionalBytes(column).map { "\($0)" } ?? "NULL"
    }
}
