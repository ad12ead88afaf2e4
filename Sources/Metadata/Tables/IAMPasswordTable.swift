import Domain
import Foundation

/// A user's password for the console, as what scrypt makes of it.
package struct LoginProfileRow: Hashable, Sendable {
    package let userID: String
    package let salt: [UInt8]
    package let rounds: Int
    package let hash: [UInt8]
    /// Whether the user must set another at the next sign-in.
    package let isResetRequired: Bool
    package let changedAt: Date
    package let createdAt: Date
    package let usedAt: Date?

    package init(
        userID: String,
        salt: [UInt8],
        rounds: Int,
        hash: [UInt8],
        isResetRequired: Bool,
        changedAt: Date,
        createdAt: Date,
        usedAt: Date? = nil
    ) {
        self.userID = userID
        self.salt = salt
        self.rounds = rounds
        self.hash = hash
        self.isResetRequired = isResetRequired
        self.changedAt = changedAt
        self.createdAt = createdAt
        self.usedAt = usedAt
    }
}

/// Passwords of users, and those that they had before.
package struct IAMPasswordTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func profile(of user: String) throws -> LoginProfileRow? {
        try transaction.firstRow("SELECT * FROM iam_login_profiles WHERE user_id = ?", [.text(user)]).map { row in
            LoginProfileRow(
                userID: user,
                salt: try row.bytes("salt"),
                rounds: Int(try row.integer("rounds")),
                hash: try row.bytes("hash"),
                isResetRequired: try row.flag("reset_required"),
                changedAt: try row.date("changed_at"),
                createdAt: try row.date("created_at"),
                usedAt: try row.optionalDate("used_at")
            )
        }
    }

    /// Sets the password, and keeps it among the former ones as well, of which only so many stay.
    package func set(_ profile: LoginProfileRow, keeping count: Int = PasswordPolicy.reuses.upperBound) throws {
        try transaction.execute(
            """
            INSERT INTO iam_login_profiles (user_id, salt, rounds, hash, reset_required, changed_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (user_id) DO UPDATE SET salt = excluded.salt, rounds = excluded.rounds, hash = excluded.hash,
            reset_required = excluded.reset_required, changed_at = excluded.changed_at
            """,
            [
                .text(profile.userID), .bytes(profile.salt), .integer(profile.rounds), .bytes(profile.hash), .flag(profile.isResetRequired),
                .date(profile.changedAt), .date(profile.createdAt),
            ]
        )
        try transaction.execute(
            "INSERT INTO iam_former_passwords (user_id, changed_at, salt, rounds, hash) VALUES (?, ?, ?, ?, ?)",
            [.text(profile.userID), .date(profile.changedAt), .bytes(profile.salt), .integer(profile.rounds), .bytes(profile.hash)]
        )
        let kept = "SELECT changed_at FROM iam_former_passwords WHERE user_id = ? ORDER BY changed_at DESC LIMIT ?"
        try transaction.execute(
            "DELETE FROM iam_former_passwords WHERE user_id = ? AND changed_at NOT IN (\(kept))",
            [.text(profile.userID), .text(profile.userID), .integer(count)]
        )
    }

    /// That the user has signed in with it.
    package func noteUse(of user: String, at date: Date) throws {
        try transaction.execute("UPDATE iam_login_profiles SET used_at = ? WHERE user_id = ?", [.date(date), .text(user)])
    }

    package func setResetRequired(_ isRequired: Bool, of user: String) throws {
        try transaction.execute("UPDATE iam_login_profiles SET reset_required = ? WHERE user_id = ?", [.flag(isRequired), .text(user)])
    }

    /// The passwords that a user has had, the one of now included, the latest first.
    package func former(of user: String, limit: Int) throws -> [(salt: [UInt8], rounds: Int, hash: [UInt8])] {
        let sql = "SELECT salt, rounds, hash FROM iam_former_passwords WHERE user_id = ? ORDER BY changed_at DESC LIMIT ?"
        return try transaction.rows(sql, [.text(user), .integer(limit)]).map {
            (try $0.bytes("salt"), Int(try $0.integer("rounds")), try $0.bytes("hash"))
        }
    }

    /// Those that the user had before stay, so that none of them comes back too soon.
    package func deleteProfile(of user: String) throws {
        try transaction.execute("DELETE FROM iam_login_profiles WHERE user_id = ?", [.text(user)])
    }

    /// When the user goes.
    package func forget(_ user: String) throws {
        try deleteProfile(of: user)
        try transaction.execute("DELETE FROM iam_former_passwords WHERE user_id = ?", [.text(user)])
    }
}
