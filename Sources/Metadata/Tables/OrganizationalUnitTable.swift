import Domain
import Foundation

/// The organizational units of a directory.
package struct OrganizationalUnitTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func unit(_ id: String) throws -> OrganizationalUnit? {
        try transaction.firstRow("SELECT * FROM organizational_units WHERE id = ?", [.text(id)]).map(OrganizationalUnit.init)
    }

    package func unit(named name: String, under parent: String) throws -> OrganizationalUnit? {
        try transaction.firstRow("SELECT * FROM organizational_units WHERE parent = ? AND name = ?", [.text(parent), .text(name)])
            .map(OrganizationalUnit.init)
    }

    /// At most `limit` units directly under a place, behind an id, in the order of their ids.
    package func units(under parent: String, after id: String?, limit: Int) throws -> [OrganizationalUnit] {
        let sql = "SELECT * FROM organizational_units WHERE parent = ? AND id > ? ORDER BY id LIMIT ?"
        return try transaction.rows(sql, [.text(parent), .text(id ?? ""), .integer(limit)]).map(OrganizationalUnit.init)
    }

    package func count() throws -> Int {
        Int(try transaction.firstRow("SELECT COUNT(*) AS count FROM organizational_units")?.integer("count") ?? 0)
    }

    package func insert(_ unit: OrganizationalUnit, at date: Date) throws {
        try transaction.execute(
            "INSERT INTO organizational_units (id, parent, name, created_at) VALUES (?, ?, ?, ?)",
            [.text(unit.id), .text(unit.parent), .text(unit.name), .date(date)]
        )
    }

    package func setName(_ name: String, of id: String) throws {
        try transaction.execute("UPDATE organizational_units SET name = ? WHERE id = ?", [.text(name), .text(id)])
    }

    package func delete(_ id: String) throws { try transaction.execute("DELETE FROM organizational_units WHERE id = ?", [.text(id)]) }
}

extension OrganizationalUnit {
    fileprivate init(_ row: SQLRow) throws { try self.init(id: row.text("id"), parent: row.text("parent"), name: row.text("name")) }
}
