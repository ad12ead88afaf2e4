import Domain
import Foundation

/// Which managed policies, of customers and of AWS, identities have, and how often each is used.
package struct IAMAttachmentTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// All of an identity, by their ARNs. Quotas keep them few.
    package func policies(of identity: String) throws -> [ManagedPolicyARN] {
        try transaction.rows("SELECT policy FROM iam_attachments WHERE identity_id = ? ORDER BY policy", [.text(identity)]).map {
            try $0.value("policy")
        }
    }

    /// Those of several identities.
    package func policies(ofAll identities: [String]) throws -> [String: [ManagedPolicyARN]] {
        let marks = Transaction.marks(identities.count)
        let sql = "SELECT identity_id, policy FROM iam_attachments WHERE identity_id IN (\(marks)) ORDER BY identity_id, policy"
        return try transaction.rows(sql, identities.map { .text($0) }).reduce(into: [:]) {
            $0[try $1.text("identity_id"), default: []].append(try $1.value("policy"))
        }
    }

    package func attach(_ policy: ManagedPolicyARN, to identity: String, at date: Date) throws {
        try transaction.execute(
            "INSERT INTO iam_attachments (identity_id, policy, attached_at) VALUES (?, ?, ?)",
            [.text(identity), .text(policy), .date(date)]
        )
    }

    /// - Returns: whether the identity had it.
    package func detach(_ policy: ManagedPolicyARN, from identity: String) throws -> Bool {
        let sql = "DELETE FROM iam_attachments WHERE identity_id = ? AND policy = ?"
        return try transaction.execute(sql, [.text(identity), .text(policy)]) > 0
    }

    /// How many identities of an account have a policy attached, and how many as their boundary, for each policy that any has.
    package func usage(of policies: [ManagedPolicyARN], in account: AccountID) throws -> [ManagedPolicyARN: IAMPolicyUsage] {
        let marks = Transaction.marks(policies.count)
        let values: [SQLValue] = [.text(account)] + policies.map { .text($0) }
        var usage: [ManagedPolicyARN: IAMPolicyUsage] = [:]
        let attached = """
            SELECT policy, COUNT(*) AS count FROM iam_attachments JOIN iam_identities ON iam_identities.id = identity_id
            WHERE account = ? AND policy IN (\(marks)) GROUP BY policy
            """
        for row in try transaction.rows(attached, values) {
            usage[try row.value("policy"), default: IAMPolicyUsage()].attachments = Int(try row.integer("count"))
        }
        let boundaries = """
            SELECT boundary, COUNT(*) AS count FROM iam_identities WHERE account = ? AND boundary IN (\(marks)) GROUP BY boundary
            """
        for row in try transaction.rows(boundaries, values) {
            usage[try row.value("boundary"), default: IAMPolicyUsage()].boundaries = Int(try row.integer("count"))
        }
        return usage
    }
}

// Who uses a policy.
extension IAMAttachmentTable {
    /// At most `limit` identities that have it attached, behind an id, by id.
    package func identities(attached users: IAMPolicyUsers, after id: String, limit: Int) throws -> [IAMIdentity] {
        let sql = """
            SELECT iam_identities.* FROM iam_attachments JOIN iam_identities ON iam_identities.id = identity_id
            WHERE policy = ? AND identity_id > ? AND \(users.condition) ORDER BY identity_id LIMIT ?
            """
        let values: [SQLValue] = [.text(users.policy), .text(id)] + users.values + [.integer(limit)]
        return try transaction.rows(sql, values).map(IAMIdentityTable.identity)
    }

    /// At most `limit` identities that have it as their boundary, behind an id, by id.
    ///
    /// - Parameter besidesAttached: whether to leave out those that have it attached as well.
    package func identities(bounded users: IAMPolicyUsers, besidesAttached: Bool, after id: String, limit: Int) throws -> [IAMIdentity] {
        let attached = "SELECT 1 FROM iam_attachments WHERE identity_id = iam_identities.id AND policy = boundary"
        let sql = """
            SELECT * FROM iam_identities WHERE boundary = ? AND id > ? AND \(users.condition)
            \(besidesAttached ? "AND NOT EXISTS (\(attached))" : "") ORDER BY id LIMIT ?
            """
        let values: [SQLValue] = [.text(users.policy), .text(id)] + users.values + [.integer(limit)]
        return try transaction.rows(sql, values).map(IAMIdentityTable.identity)
    }
}

/// The identities of an account that use a policy: all, or those of a kind, or of a path.
package struct IAMPolicyUsers: Sendable {
    fileprivate let policy: ManagedPolicyARN
    private let account: AccountID
    private let kinds: [IAMIdentity.Kind]
    private let pathPrefix: String

    package init(policy: ManagedPolicyARN, account: AccountID, kinds: [IAMIdentity.Kind], pathPrefix: String = "/") {
        self.policy = policy
        self.account = account
        self.kinds = kinds
        self.pathPrefix = pathPrefix
    }

    fileprivate var condition: String { "account = ? AND path >= ? AND path < ? AND kind IN (\(Transaction.marks(kinds.count)))" }

    fileprivate var values: [SQLValue] {
        // Paths have ASCII alone: nothing that begins so comes behind.
        [.text(account), .text(pathPrefix), .text(pathPrefix + "\u{80}")] + kinds.map { .text($0) }
    }
}

/// How many identities use a managed policy.
package struct IAMPolicyUsage: Hashable, Sendable {
    package var attachments = 0
    package var boundaries = 0

    package init() {}
}
