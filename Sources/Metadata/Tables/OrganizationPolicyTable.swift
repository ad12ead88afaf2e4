import Domain
import Foundation

/// The service control policies of a directory, and what they are attached to. The one that AWS manages is no row.
package struct OrganizationPolicyTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func policy(_ id: String) throws -> OrganizationPolicy? {
        if id == OrganizationPolicy.fullAccess.id { return .fullAccess }
        return try transaction.firstRow("SELECT * FROM organization_policies WHERE id = ?", [.text(id)]).map(OrganizationPolicy.init)
    }

    package func id(ofPolicyNamed name: String) throws -> String? {
        if name == OrganizationPolicy.fullAccess.name { return OrganizationPolicy.fullAccess.id }
        return try transaction.firstRow("SELECT id FROM organization_policies WHERE name = ?", [.text(name)])?.text("id")
    }

    /// At most `limit` policies behind an id, in the order of their ids.
    package func policies(after id: String?, limit: Int) throws -> [OrganizationPolicy] {
        let managed = [OrganizationPolicy.fullAccess].filter { (id ?? "") < $0.id }
        let sql = "SELECT * FROM organization_policies WHERE id > ? ORDER BY id LIMIT ?"
        let rows = try transaction.rows(sql, [.text(id ?? ""), .integer(limit)]).map(OrganizationPolicy.init)
        return Array((managed + rows).sorted { $0.id < $1.id }.prefix(limit))
    }

    package func count() throws -> Int {
        Int(try transaction.firstRow("SELECT COUNT(*) AS count FROM organization_policies")?.integer("count") ?? 0)
    }

    package func insert(_ policy: OrganizationPolicy, at date: Date) throws {
        try transaction.execute(
            "INSERT INTO organization_policies (id, name, description, content, created_at) VALUES (?, ?, ?, ?, ?)",
            [.text(policy.id), .text(policy.name), .text(policy.description), .text(policy.content), .date(date)]
        )
    }

    package func update(_ policy: OrganizationPolicy) throws {
        try transaction.execute(
            "UPDATE organization_policies SET name = ?, description = ?, content = ? WHERE id = ?",
            [.text(policy.name), .text(policy.description), .text(policy.content), .text(policy.id)]
        )
    }

    package func delete(_ id: String) throws { try transaction.execute("DELETE FROM organization_policies WHERE id = ?", [.text(id)]) }

    // What they are attached to.

    /// In the order of their ids.
    package func attached(to target: String) throws -> [OrganizationPolicy] {
        let sql = "SELECT policy FROM organization_attachments WHERE target = ? ORDER BY policy"
        return try transaction.rows(sql, [.text(target)]).compactMap { try policy($0.text("policy")) }
    }

    /// At most `limit` targets of a policy behind one, in the order of their ids.
    package func targets(of policy: String, after target: String?, limit: Int) throws -> [String] {
        let sql = "SELECT target FROM organization_attachments WHERE policy = ? AND target > ? ORDER BY target LIMIT ?"
        return try transaction.rows(sql, [.text(policy), .text(target ?? ""), .integer(limit)]).map { try $0.text("target") }
    }

    package func attach(_ policy: String, to target: String) throws {
        try transaction.execute("INSERT INTO organization_attachments (target, policy) VALUES (?, ?)", [.text(target), .text(policy)])
    }

    package func detach(_ policy: String, from target: String) throws {
        try transaction.execute("DELETE FROM organization_attachments WHERE target = ? AND policy = ?", [.text(target), .text(policy)])
    }

    package func detachAll(from target: String) throws {
        try transaction.execute("DELETE FROM organization_attachments WHERE target = ?", [.text(target)])
    }

    package func detachAll() throws { try transaction.execute("DELETE FROM organization_attachments") }

    /// Attaches the policy that forbids nothing to the root, and to every unit and account.
    package func attachFullAccess(root: String) throws {
        let policy = SQLValue.text(OrganizationPolicy.fullAccess.id)
        try attach(OrganizationPolicy.fullAccess.id, to: root)
        for source in ["organizational_units", "accounts WHERE parent IS NOT NULL"] {
            try transaction.execute("INSERT INTO organization_attachments (target, policy) SELECT id, ? FROM \(source)", [policy])
        }
    }
}

extension OrganizationPolicy {
    fileprivate init(_ row: SQLRow) throws {
        try self.init(id: row.text("id"), name: row.text("name"), description: row.text("description"), content: row.text("content"))
    }
}
