import Domain
import Foundation

/// The accounts of a directory as members of their organization.
package struct MemberAccountTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func account(_ id: AccountID) throws -> MemberAccount? {
        try transaction.firstRow("SELECT * FROM accounts WHERE id = ? AND parent IS NOT NULL", [.text(id)]).map(MemberAccount.init)
    }

    /// At most `limit` accounts behind an id, in the order of their ids.
    ///
    /// - Parameter parent: only those that are directly under it.
    package func accounts(under parent: String? = nil, after id: String?, limit: Int) throws -> [MemberAccount] {
        let place = parent == nil ? "parent IS NOT NULL" : "parent = ?"
        let sql = "SELECT * FROM accounts WHERE \(place) AND id > ? ORDER BY id LIMIT ?"
        return try transaction.rows(sql, (parent.map { [.text($0)] } ?? []) + [.text(id ?? ""), .integer(limit)]).map(MemberAccount.init)
    }

    /// Those of before there was an organization, oldest first.
    package func withoutOrganization() throws -> [(id: AccountID, createdAt: Date)] {
        try transaction.rows("SELECT id, created_at FROM accounts WHERE parent IS NULL ORDER BY created_at, id").map {
            (try $0.value("id"), try $0.date("created_at"))
        }
    }

    package func count() throws -> Int { Int(try transaction.firstRow("SELECT COUNT(*) AS count FROM accounts")?.integer("count") ?? 0) }

    package func isTaken(email: String) throws -> Bool {
        try transaction.firstRow("SELECT 1 AS found FROM accounts WHERE lower_email = ?", [.text(email.lowercased())]) != nil
    }

    package func isKnown(_ id: AccountID) throws -> Bool {
        try transaction.firstRow("SELECT 1 AS found FROM accounts WHERE id = ?", [.text(id)]) != nil
    }

    /// Writes an account down, or what its organization knows of one that is there.
    package func set(_ account: MemberAccount) throws {
        try transaction.execute(
            """
            INSERT INTO accounts (id, created_at, name, email, lower_email, status, joined_by, parent) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, lower_email = excluded.lower_email,
                status = excluded.status, joined_by = excluded.joined_by, parent = excluded.parent
            """,
            [
                .text(account.id), .date(account.joinedAt), .text(account.name), .text(account.email),
                .text(account.email.lowercased()), .text(account.status), .text(account.joinedBy), .text(account.parent),
            ]
        )
    }
}

/// The requests to create accounts.
package struct AccountRequestTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func request(_ id: String) throws -> AccountRequest? {
        try transaction.firstRow("SELECT * FROM account_requests WHERE id = ?", [.text(id)]).map(AccountRequest.init)
    }

    /// At most `limit` requests behind an id, in the order of their ids.
    ///
    /// - Parameter states: only those; none names all.
    package func requests(in states: [AccountRequest.State], after id: String?, limit: Int) throws -> [AccountRequest] {
        let place = states.isEmpty ? "" : "state IN (\(Transaction.marks(states.count))) AND "
        let sql = "SELECT * FROM account_requests WHERE \(place)id > ? ORDER BY id LIMIT ?"
        return try transaction.rows(sql, states.map { .text($0) } + [.text(id ?? ""), .integer(limit)]).map(AccountRequest.init)
    }

    package func insert(_ request: AccountRequest) throws {
        try transaction.execute(
            """
            INSERT INTO account_requests (id, name, state, account, failure, requested_at, completed_at) VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(request.id), .text(request.name), .text(request.state), .text(request.account), .text(request.failure),
                .date(request.requestedAt), .date(request.completedAt),
            ]
        )
    }
}

extension MemberAccount {
    fileprivate init(_ row: SQLRow) throws {
        try self.init(
            id: row.value("id"),
            name: row.text("name"),
            email: row.text("email"),
            status: row.value("status"),
            joinedBy: row.value("joined_by"),
            joinedAt: row.date("created_at"),
            parent: row.text("parent")
        )
    }
}

extension AccountRequest {
    fileprivate init(_ row: SQLRow) throws {
        try self.init(id: row.text("id"), name: row.text("name"), requestedAt: row.date("requested_at"))
        state = try row.value("state")
        account = try row.optionalValue("account")
        failure = try row.optionalValue("failure")
        completedAt = try row.optionalDate("completed_at")
    }
}
