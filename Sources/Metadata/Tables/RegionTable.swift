import Domain

/// The Regions that have been set up in a data folder, and the ids of their rows.
package struct RegionTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func id(of region: Region) throws -> [UInt8]? {
        try transaction.firstRow("SELECT id FROM regions WHERE name = ?", [.text(region)])?.bytes("id")
    }

    package func regions() throws -> [Region] {
        try transaction.rows("SELECT name FROM regions ORDER BY name").map { try $0.value("name") }
    }

    package func insert(_ region: Region, id: [UInt8]) throws {
        try transaction.execute("INSERT INTO regions (name, id) VALUES (?, ?)", [.text(region), .bytes(id)])
    }

    package func delete(_ region: Region) throws {
        try transaction.execute("DELETE FROM regions WHERE name = ?", [.text(region)])
    }
}
