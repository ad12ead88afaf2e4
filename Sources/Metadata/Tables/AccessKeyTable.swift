import Domain

/// The access keys of users and of root users.
package struct AccessKeyTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// What a signature is checked with, and the number of IAM's rows that it was read under: all in one statement.
    package struct Signer {
        package let version: Int64
        /// Nil for a key that is not known or that may not sign.
        package let key: (principal: Principal, sealed: [UInt8])?
    }

    package func signer(_ id: String) throws -> Signer {
        let row = try transaction.firstRow(
            """
            SELECT value AS version, access_keys.account AS account, sealed, access_keys.status AS status, user_id,
                iam_identities.id AS known_user, iam_identities.path AS path, iam_identities.name AS name, accounts.status AS account_status
            FROM iam_version LEFT JOIN access_keys ON access_keys.id = ? LEFT JOIN iam_identities ON iam_identities.id = user_id
                LEFT JOIN accounts ON accounts.id = access_keys.account
            """,
            [.text(id)]
        )
        guard let row else { return Signer(version: 0, key: nil) }
        let version = try row.integer("version")
        guard let sealed = try row.optionalBytes("sealed"), try row.value("status") == AccessKey.Status.active,
            try row.value("account_status") == MemberAccount.Status.active
        else {
            return Signer(version: version, key: nil)
        }
        let account: AccountID = try row.value("account")
        guard try row.optionalText("user_id") != nil else {
            return Signer(version: version, key: (Principal(account: account, accessKeyID: id), sealed))
        }
        // A key without its user is nobody's.
        guard let user = try row.optionalText("known_user") else { return Signer(version: version, key: nil) }
        let name = Principal.UserName(id: user, path: try row.text("path"), name: try row.text("name"))
        return Signer(version: version, key: (Principal(account: account, accessKeyID: id, kind: .user(name)), sealed))
    }

    /// Those of a user, or of the root user, the oldest first.
    package func keys(of user: String?, in account: AccountID) throws -> [AccessKey] {
        let condition = user == nil ? "user_id IS NULL" : "user_id = ?"
        let sql = "SELECT * FROM access_keys WHERE account = ? AND \(condition) ORDER BY created_at, id"
        return try transaction.rows(sql, [.text(account)] + (user.map { [.text($0)] } ?? [])).map(Self.key)
    }

    package func find(_ id: String, in account: AccountID) throws -> AccessKey? {
        try transaction.firstRow("SELECT * FROM access_keys WHERE id = ? AND account = ?", [.text(id), .text(account)]).map(Self.key)
    }

    /// - Throws: `Fault` `LimitExceeded`.
    package func insert(_ key: AccessKey, sealed: [UInt8]) throws {
        guard try keys(of: key.userID, in: key.account).count < AccessKey.perUserMax else {
            throw Fault.limitExceeded("AccessKeysPerUser", AccessKey.perUserMax)
        }
        try transaction.execute(
            "INSERT INTO access_keys (id, account, sealed, created_at, user_id, status) VALUES (?, ?, ?, ?, ?, ?)",
            [.text(key.id), .text(key.account), .bytes(sealed), .date(key.createdAt), .text(key.userID), .text(key.status)]
        )
    }

    package func set(_ status: AccessKey.Status, of id: String) throws {
        try transaction.execute("UPDATE access_keys SET status = ? WHERE id = ?", [.text(status), .text(id)])
    }

    /// Who may sign does not depend on it, so the number of IAM's rows stays.
    package func note(_ use: AccessKey.Use, of id: String) throws {
        try transaction.execute(
            "UPDATE access_keys SET used_at = ?, used_region = ?, used_service = ? WHERE id = ?",
            [.date(use.date), .text(use.region), .text(use.service), .text(id)]
        )
    }

    package func delete(_ id: String) throws { try transaction.execute("DELETE FROM access_keys WHERE id = ?", [.text(id)]) }

    static func key(_ row: SQLRow) throws -> AccessKey {
        var use: AccessKey.Use?
        if let date = try row.optionalDate("used_at") {
            use = AccessKey.Use(date: date, region: try row.text("used_region"), service: try row.text("used_service"))
        }
        return AccessKey(
            id: try row.text("id"),
            account: try row.value("account"),
            userID: try row.optionalText("user_id"),
            status: try row.value("status"),
            lastUse: use,
            createdAt: try row.date("created_at")
        )
    }
}
