import Domain
import Foundation

/// What IAM keeps of an account as a whole: its alias, what it asks of passwords, and how much it has of everything.
package struct IAMAccountTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func createdAt(_ account: AccountID) throws -> Date? {
        try transaction.firstRow("SELECT created_at FROM accounts WHERE id = ?", [.text(account)])?.date("created_at")
    }

    package func alias(of account: AccountID) throws -> String? {
        try transaction.firstRow("SELECT alias FROM iam_account_aliases WHERE account = ?", [.text(account)])?.text("alias")
    }

    package func account(ofAlias alias: String) throws -> AccountID? {
        try transaction.firstRow("SELECT account FROM iam_account_aliases WHERE alias = ?", [.text(alias)])?.value("account")
    }

    /// An alias is one for all accounts. It takes the place of the one that the account had.
    ///
    /// - Throws: `Fault` `EntityAlreadyExists`.
    package func setAlias(_ alias: String, of account: AccountID) throws {
        guard try transaction.firstRow("SELECT account FROM iam_account_aliases WHERE alias = ?", [.text(alias)]) == nil else {
            throw Fault(.entityAlreadyExists, "The account alias \(alias) already exists.")
        }
        try transaction.execute(
            "INSERT INTO iam_account_aliases (alias, account) VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET alias = excluded.alias",
            [.text(alias), .text(account)]
        )
    }

    /// - Returns: whether the account had it.
    package func deleteAlias(_ alias: String, of account: AccountID) throws -> Bool {
        let sql = "DELETE FROM iam_account_aliases WHERE alias = ? AND account = ?"
        return try transaction.execute(sql, [.text(alias), .text(account)]) > 0
    }

    package func passwordPolicy(of account: AccountID) throws -> PasswordPolicy? {
        guard let row = try transaction.firstRow("SELECT settings FROM iam_password_policies WHERE account = ?", [.text(account)]) else {
            return nil
        }
        guard let policy = try? JSONDecoder().decode(PasswordPolicy.self, from: Data(row.text("settings").utf8)) else {
            throw CorruptRow(column: "settings")
        }
        return policy
    }

    package func setPasswordPolicy(_ policy: PasswordPolicy, of account: AccountID) throws {
        let text = String(decoding: try JSONEncoder().encode(policy), as: UTF8.self)
        try transaction.execute(
            """
            INSERT INTO iam_password_policies (account, settings) VALUES (?, ?)
            ON CONFLICT (account) DO UPDATE SET settings = excluded.settings
            """,
            [.text(account), .text(text)]
        )
    }

    /// - Returns: whether there was one.
    package func deletePasswordPolicy(of account: AccountID) throws -> Bool {
        try transaction.execute("DELETE FROM iam_password_policies WHERE account = ?", [.text(account)]) > 0
    }

    package func counts(of account: AccountID) throws -> IAMCounts {
        func count(_ sql: String) throws -> Int { Int(try transaction.firstRow(sql, [.text(account)])?.integer("count") ?? 0) }
        var counts = IAMCounts()
        let kinds = "SELECT kind, COUNT(*) AS count FROM iam_identities WHERE account = ? GROUP BY kind"
        for row in try transaction.rows(kinds, [.text(account)]) {
            counts.identities[try row.value("kind")] = Int(try row.integer("count"))
        }
        counts.policies = try count("SELECT COUNT(*) AS count FROM iam_policies WHERE account = ?")
        counts.policyVersions = try count(
            "SELECT COUNT(*) AS count FROM iam_policy_versions JOIN iam_policies ON iam_policies.id = policy_id WHERE account = ?"
        )
        counts.providers = try count("SELECT COUNT(*) AS count FROM iam_providers WHERE account = ?")
        counts.rootKeys = try count("SELECT COUNT(*) AS count FROM access_keys WHERE account = ? AND user_id IS NULL")
        counts.rootCertificates = try count("SELECT COUNT(*) AS count FROM signing_certificates WHERE account = ? AND user_id IS NULL")
        return counts
    }
}
