import Domain
import Foundation

/// Who has signed in to the console.
package struct ConsoleSessionTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func find(_ id: String) throws -> ConsoleSession? {
        try transaction.firstRow("SELECT * FROM console_sessions WHERE id = ?", [.text(id)]).map(Self.session)
    }

    /// Those of one person, the latest first. Links are none.
    package func sessions(of person: ConsoleSession.Person) throws -> [ConsoleSession] {
        let sql = "SELECT * FROM console_sessions WHERE account = ? AND person = ? AND is_link = 0 ORDER BY created_at DESC, id"
        return try transaction.rows(sql, [.text(person.account), .text(person.name)]).map(Self.session)
    }

    /// In place of the person's oldest, where there are as many of its kind, sessions or links, as there may be.
    package func insert(_ session: ConsoleSession, max: Int) throws {
        let same = "account = ? AND person = ? AND is_link = ?"
        let values: [SQLValue] = [.text(session.person.account), .text(session.person.name), .flag(session.isLink)]
        let kept = "SELECT id FROM console_sessions WHERE \(same) ORDER BY created_at DESC, id LIMIT ?"
        try transaction.execute(
            "DELETE FROM console_sessions WHERE \(same) AND id NOT IN (\(kept))",
            values + values + [.integer(max - 1)]
        )
        let (key, passwordSetAt): (String?, Date?) =
            switch session.basis {
            case .accessKey(let id): (id, nil)
            case .password(let date): (nil, date)
            case .temporaryKeys: (nil, nil)
            }
        try transaction.execute(
            """
            INSERT INTO console_sessions (id, account, person, basis_key, password_set_at, access_key_id, token, role_access_key_id, role_token,
            is_link, address, user_agent, created_at, seen_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(session.id), .text(session.person.account), .text(session.person.name), .text(key), .date(passwordSetAt),
                .text(session.keys.accessKeyID), .text(session.keys.token),
                .text(session.role?.accessKeyID), .text(session.role?.token), .flag(session.isLink), .text(session.address),
                .text(session.userAgent), .date(session.createdAt), .date(session.seenAt), .date(session.expiresAt),
            ]
        )
    }

    package func note(_ id: String, seenAt date: Date) throws {
        try transaction.execute("UPDATE console_sessions SET seen_at = ? WHERE id = ?", [.date(date), .text(id)])
    }

    package func set(role keys: ConsoleSession.Keys?, of id: String) throws {
        try transaction.execute(
            "UPDATE console_sessions SET role_access_key_id = ?, role_token = ? WHERE id = ?",
            [.text(keys?.accessKeyID), .text(keys?.token), .text(id)]
        )
    }

    /// - Returns: whether there was one.
    @discardableResult
    package func delete(_ id: String) throws -> Bool {
        try transaction.execute("DELETE FROM console_sessions WHERE id = ?", [.text(id)]) > 0
    }

    /// Of one person, links as well.
    ///
    /// - Returns: how many there were.
    package func deleteAll(of person: ConsoleSession.Person) throws -> Int {
        let sql = "DELETE FROM console_sessions WHERE account = ? AND person = ?"
        return try transaction.execute(sql, [.text(person.account), .text(person.name)])
    }

    package func deleteExpired(at date: Date) throws {
        try transaction.execute("DELETE FROM console_sessions WHERE expires_at <= ?", [.date(date)])
    }

    private static func session(_ row: SQLRow) throws -> ConsoleSession {
        let role: ConsoleSession.Keys? =
            if let key = try row.optionalText("role_access_key_id"), let token = try row.optionalText("role_token") {
                ConsoleSession.Keys(accessKeyID: key, token: token)
            } else {
                nil
            }
        return ConsoleSession(
            id: try row.text("id"),
            person: ConsoleSession.Person(account: try row.value("account"), name: try row.text("person")),
            basis: try basis(row),
            keys: ConsoleSession.Keys(accessKeyID: try row.text("access_key_id"), token: try row.text("token")),
            role: role,
            isLink: try row.flag("is_link"),
            address: try row.text("address"),
            userAgent: try row.text("user_agent"),
            createdAt: try row.date("created_at"),
            seenAt: try row.date("seen_at"),
            expiresAt: try row.date("expires_at")
        )
    }

    private static func basis(_ row: SQLRow) throws -> ConsoleSession.Basis {
        if let key = try row.optionalText("basis_key") { return .accessKey(key) }
        if let date = try row.optionalDate("password_set_at") { return .password(date) }
        return .temporaryKeys
    }
}
