import Domain

/// What operators have granted: rows of the directory.
package struct QuotaTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// What is in force.
    ///
    /// - Parameter region: of no matter for a quota of the account as a whole.
    package func value(of quota: Quota, for account: AccountID, in region: Region? = nil) throws -> Int {
        let sql = "SELECT value FROM quotas WHERE account = ? AND service = ? AND code = ? AND region = ?"
        return Int(try transaction.firstRow(sql, key(quota, account, region))?.integer("value") ?? Int64(quota.standard))
    }

    /// What is in force of those of an account that were granted, by the paths of quotas.
    package func granted(to account: AccountID, in region: Region) throws -> [String: Int] {
        let sql = "SELECT service, code, value FROM quotas WHERE account = ? AND region IN (?, '')"
        let rows = try transaction.rows(sql, [.text(account), .text(region)])
        return Dictionary(
            try rows.map { ("\(try $0.text("service"))/\(try $0.text("code"))", Int(try $0.integer("value"))) },
            uniquingKeysWith: { $1 }
        )
    }

    package func set(_ value: Int, of quota: Quota, for account: AccountID, in region: Region?) throws {
        try transaction.execute(
            """
            INSERT INTO quotas (account, service, code, region, value) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (account, service, code, region) DO UPDATE SET value = excluded.value
            """,
            key(quota, account, region) + [.integer(value)]
        )
    }

    private func key(_ quota: Quota, _ account: AccountID, _ region: Region?) -> [SQLValue] {
        [.text(account), .text(quota.service), .text(quota.code), .text(quota.region(in: region))]
    }
}

/// Requests for higher quotas: rows of the directory.
package struct QuotaRequestTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func request(_ id: String) throws -> QuotaRequest? {
        try transaction.firstRow("SELECT * FROM quota_requests WHERE id = ?", [.text(id)]).map(QuotaRequest.init(row:))
    }

    /// Those of an account in a Region and of the account as a whole, the latest first, before an id.
    package func requests(of account: AccountID, in region: Region, before id: String?, limit: Int) throws -> [QuotaRequest] {
        let sql = """
            SELECT * FROM quota_requests WHERE account = ? AND region IN (?, '') AND id < ? ORDER BY id DESC LIMIT ?
            """
        return try transaction.rows(sql, [.text(account), .text(region), .text(id ?? Self.last), .integer(limit)])
            .map(QuotaRequest.init(row:))
    }

    /// Those of all accounts, the latest first, before an id.
    package func requests(before id: String?, limit: Int) throws -> [QuotaRequest] {
        let sql = "SELECT * FROM quota_requests WHERE id < ? ORDER BY id DESC LIMIT ?"
        return try transaction.rows(sql, [.text(id ?? Self.last), .integer(limit)]).map(QuotaRequest.init(row:))
    }

    /// Those of an account that wait for the operator: they are few.
    package func pending(of account: AccountID) throws -> [QuotaRequest] {
        let sql = "SELECT * FROM quota_requests WHERE account = ? AND status = 'PENDING' ORDER BY id"
        return try transaction.rows(sql, [.text(account)]).map(QuotaRequest.init(row:))
    }

    package func insert(_ request: QuotaRequest) throws {
        try transaction.execute(
            """
            INSERT INTO quota_requests (id, account, service, code, region, desired, status, requester, created_at, updated_at)
            VALUES (\(Transaction.marks(10)))
            """,
            [
                .text(request.id), .text(request.account), .text(request.quota.service), .text(request.quota.code),
                .text(request.region?.rawValue ?? ""), .integer(request.desired), .text(request.status), .text(request.requester),
                .date(request.createdAt), .date(request.updatedAt),
            ]
        )
    }

    package func update(_ request: QuotaRequest) throws {
        try transaction.execute(
            "UPDATE quota_requests SET status = ?, updated_at = ? WHERE id = ?",
            [.text(request.status), .date(request.updatedAt), .text(request.id)]
        )
    }

    /// Behind every id.
    private static let last = "~"
}

extension QuotaRequest {
    fileprivate init(row: SQLRow) throws {
        let path = "\(try row.text("service"))/\(try row.text("code"))"
        guard let quota = Quota.named(path) else { throw CorruptRow(column: "code") }
        try self.init(
            id: row.text("id"),
            account: row.value("account"),
            region: Region(rawValue: row.text("region")),
            quota: quota,
            desired: Int(row.integer("desired")),
            status: row.value("status"),
            requester: row.text("requester"),
            createdAt: row.date("created_at"),
            updatedAt: row.date("updated_at")
        )
    }
}

extension Quota {
    /// What its rows have for the Region.
    fileprivate func region(in region: Region?) -> String { scope == .account ? "" : region?.rawValue ?? "" }
}
