import Domain
import Foundation

/// The managed policies of customers, and their versions.
package struct IAMPolicyTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// Names are told apart without regard to capital letters.
    package func policy(named name: String, of account: AccountID) throws -> ManagedPolicy? {
        let sql = "SELECT * FROM iam_policies WHERE account = ? AND lower_name = ?"
        return try transaction.firstRow(sql, [.text(account), .text(name.lowercased())]).map(policy)
    }

    /// At most `limit` policies of an account behind a name in small letters, by name.
    package func policies(of account: AccountID, _ selection: IAMPolicySelection, after name: String, limit: Int) throws -> [ManagedPolicy]
    {
        var sql = "SELECT * FROM iam_policies WHERE account = ? AND lower_name > ? AND path >= ? AND path < ?"
        // Paths have ASCII alone: nothing that begins so comes behind.
        let prefix = selection.pathPrefix
        let arn = "'arn:aws:iam::' || iam_policies.account || ':policy' || iam_policies.path || iam_policies.name"
        if selection.isAttached { sql += " AND EXISTS (SELECT 1 FROM iam_attachments WHERE policy = \(arn))" }
        if selection.isBoundary { sql += " AND EXISTS (SELECT 1 FROM iam_identities WHERE boundary = \(arn))" }
        sql += " ORDER BY lower_name LIMIT ?"
        let values: [SQLValue] = [.text(account), .text(name), .text(prefix), .text(prefix + "\u{80}"), .integer(limit)]
        return try transaction.rows(sql, values).map(policy)
    }

    package func count(of account: AccountID) throws -> Int {
        let sql = "SELECT COUNT(*) AS count FROM iam_policies WHERE account = ?"
        return Int(try transaction.firstRow(sql, [.text(account)])?.integer("count") ?? 0)
    }

    package func insert(_ policy: ManagedPolicy) throws {
        try transaction.execute(
            """
            INSERT INTO iam_policies (
                id, account, name, lower_name, path, description, default_version, latest_version, created_at, updated_at
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(policy.id), .text(policy.account), .text(policy.name), .text(policy.name.lowercased()), .text(policy.path),
                .text(policy.description), .integer(policy.defaultVersion), .integer(policy.latestVersion), .date(policy.createdAt),
                .date(policy.updatedAt),
            ]
        )
    }

    package func update(_ policy: ManagedPolicy) throws {
        try transaction.execute(
            "UPDATE iam_policies SET default_version = ?, latest_version = ?, updated_at = ? WHERE id = ?",
            [.integer(policy.defaultVersion), .integer(policy.latestVersion), .date(policy.updatedAt), .text(policy.id)]
        )
    }

    /// With its versions.
    package func delete(_ policy: ManagedPolicy) throws {
        try transaction.execute("DELETE FROM iam_policy_versions WHERE policy_id = ?", [.text(policy.id)])
        try transaction.execute("DELETE FROM iam_policies WHERE id = ?", [.text(policy.id)])
    }

    private func policy(_ row: SQLRow) throws -> ManagedPolicy {
        ManagedPolicy(
            id: try row.text("id"),
            account: try row.value("account"),
            path: try row.text("path"),
            name: try row.text("name"),
            description: try row.text("description"),
            defaultVersion: Int(try row.integer("default_version")),
            latestVersion: Int(try row.integer("latest_version")),
            createdAt: try row.date("created_at"),
            updatedAt: try row.date("updated_at")
        )
    }
}

/// Which policies of an account a listing asks for.
package struct IAMPolicySelection: Sendable {
    package let pathPrefix: String
    /// Only what some identity has attached.
    package let isAttached: Bool
    /// Only what is the boundary of some identity.
    package let isBoundary: Bool

    package init(pathPrefix: String = "/", isAttached: Bool = false, isBoundary: Bool = false) {
        self.pathPrefix = pathPrefix
        self.isAttached = isAttached
        self.isBoundary = isBoundary
    }
}

// Versions.
extension IAMPolicyTable {
    /// All of a policy, the newest first: there are never more than five.
    package func versions(of id: String) throws -> [ManagedPolicyVersion] {
        try transaction.rows("SELECT * FROM iam_policy_versions WHERE policy_id = ? ORDER BY number DESC", [.text(id)]).map(version)
    }

    package func version(_ number: Int, of id: String) throws -> ManagedPolicyVersion? {
        let sql = "SELECT * FROM iam_policy_versions WHERE policy_id = ? AND number = ?"
        return try transaction.firstRow(sql, [.text(id), .integer(number)]).map(version)
    }

    package func insert(_ version: ManagedPolicyVersion, of id: String) throws {
        try transaction.execute(
            "INSERT INTO iam_policy_versions (policy_id, number, document, created_at) VALUES (?, ?, ?, ?)",
            [.text(id), .integer(version.number), .text(version.document), .date(version.createdAt)]
        )
    }

    package func deleteVersion(_ number: Int, of id: String) throws {
        try transaction.execute("DELETE FROM iam_policy_versions WHERE policy_id = ? AND number = ?", [.text(id), .integer(number)])
    }

    /// The documents that are in force of an account's policies, by the names in small letters.
    package func documents(of names: [String], account: AccountID) throws -> [String: String] {
        let rows = try transaction.rows(
            """
            SELECT iam_policies.lower_name AS lower_name, iam_policy_versions.document AS document FROM iam_policies
            JOIN iam_policy_versions ON policy_id = iam_policies.id AND number = default_version
            WHERE account = ? AND lower_name IN (\(Transaction.marks(names.count)))
            """,
            [.text(account)] + names.map { .text($0.lowercased()) }
        )
        return try rows.reduce(into: [:]) { $0[try $1.text("lower_name")] = try $1.text("document") }
    }

    private func version(_ row: SQLRow) throws -> ManagedPolicyVersion {
        ManagedPolicyVersion(
            number: Int(try row.integer("number")),
            document: try row.text("document"),
            createdAt: try row.date("created_at")
        )
    }
}
