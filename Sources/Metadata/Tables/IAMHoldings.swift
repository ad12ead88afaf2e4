import Domain

/// What must be taken away from a user or a group before it can be deleted.
package struct IAMHoldings {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    private struct Holding {
        let table: String
        let column: String
        let remedy: String
    }

    private static let policies = [
        Holding(table: "iam_attachments", column: "identity_id", remedy: "detach all policies"),
        Holding(table: "iam_inline_policies", column: "identity_id", remedy: "delete policies"),
    ]
    private static let ofUsers = [
        Holding(table: "access_keys", column: "user_id", remedy: "delete access keys"),
        Holding(table: "signing_certificates", column: "user_id", remedy: "delete signing certificates"),
        Holding(table: "iam_login_profiles", column: "user_id", remedy: "delete login profile"),
        Holding(table: "iam_group_members", column: "user_id", remedy: "remove users from group"),
    ]
    private static let ofGroups = [Holding(table: "iam_group_members", column: "group_id", remedy: "remove users from group")]

    /// - Throws: `Fault` `DeleteConflict` that names the first thing that is in the way.
    package func requireNone(of identity: IAMIdentity) throws {
        let holdings =
            switch identity.kind {
            case .user: Self.ofUsers
            case .group: Self.ofGroups
            case .role, .instanceProfile: [Holding]()
            }
        for holding in holdings + Self.policies {
            let sql = "SELECT 1 AS found FROM \(holding.table) WHERE \(holding.column) = ? LIMIT 1"
            guard try transaction.firstRow(sql, [.text(identity.id)]) == nil else { throw Fault.deleteConflict(holding.remedy) }
        }
    }
}
