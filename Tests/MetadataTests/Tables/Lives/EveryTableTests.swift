import Foundation
import Metadata
import TestSupport
import Testing

/// Every table is written, read, changed and deleted from by its type, on the engine of the run.
@Suite struct EveryTableTests {
    static let lives: [TableLife] =
        TableLife.directory + TableLife.identities + TableLife.organization + TableLife.images + TableLife.snapshots
        + TableLife.keys + TableLife.objects + TableLife.instances + TableLife.work + TableLife.frames

    /// Whatever the sources have a statement for happens, and the rows read back as they were written.
    @Test(arguments: lives) func aTableLivesThroughAllOfItsStatements(life: TableLife) throws {
        let events = try life.live()
        #expect(try Self.statements(about: life.table).subtracting(events).isEmpty, "\(life.table) has been only \(events)")
    }

    /// A table that is added without a life fails here.
    @Test(arguments: [("directory", Schema.directory), ("region", .region), ("index", .frameIndex)])
    func noTableOfASchemaIsLeftOut(name: String, schema: Schema) throws {
        let temporary = try TemporaryDatabase(schema)
        // It is made when it is first set.
        try temporary.write { try IdentityTable($0).set(Identity(id: [1], place: "here")) }
        let alive = Self.lives.filter { $0.schema.content == schema.content }.map(\.table)
        #expect(try temporary.read { try $0.tables() }.subtracting(["identity"]) == Set(alive).subtracting(["identity"]))
        #expect(alive.count == Set(alive).count)
        #expect(Self.lives.contains { $0.table == "identity" })
    }

    /// What the types of the tables do to it: whoever adds a statement has to have it happen here.
    private static func statements(about table: String) throws -> Set<TableLife.Event> {
        let sources = URL(filePath: #filePath).appending(path: "../../../../../Sources/Metadata/Tables").standardized
        let files = try FileManager.default.contentsOfDirectory(at: sources, includingPropertiesForKeys: nil)
        let text = try files.map { try String(contentsOf: $0, encoding: .utf8) }.joined(separator: "\n")
        func has(_ pattern: String) throws -> Bool { try text.contains(Regex(pattern)) }
        var events: Set<TableLife.Event> = []
        if try has("INSERT INTO \(table)\\b") { events.insert(.inserted) }
        if try has("UPDATE \(table)\\b|INSERT INTO \(table)\\b[^\"]*DO UPDATE") { events.insert(.changed) }
        if try has("DELETE FROM \(table)\\b") { events.insert(.deleted) }
        return events
    }
}
