import Domain
import Metadata

/// The documents that have a say in what a user or a role may do, as one transaction sees them.
struct IdentityDocuments: Sendable {
    struct Document: Sendable {
        /// The ARN, or the name that it has within its identity.
        let name: String
        let text: String
    }

    /// Inline and attached ones, its own and those of its groups.
    let identity: [Document]
    let boundary: Document?

    /// Nil when the identity is gone.
    static func read(_ id: String, in transaction: Transaction) throws -> IdentityDocuments? {
        guard let identity = try IAMIdentityTable(transaction).find(id: id) else { return nil }
        let groups = identity.kind == .user ? try IAMMemberTable(transaction).groups(of: id, limit: Users.groupsMax) : []
        let holders = [id] + groups.map(\.id)
        let inline = try IAMInlinePolicyTable(transaction).policies(of: holders)
        let attached = try IAMAttachmentTable(transaction).policies(ofAll: holders)
        let boundary = try identity.boundary.map { text in
            guard let arn = ManagedPolicyARN(rawValue: text) else { throw PolicyLost(policy: text, identity: id) }
            return arn
        }
        let arns = holders.flatMap { attached[$0] ?? [] }
        let texts = try texts(of: arns + [boundary].compactMap(\.self), in: transaction)
        func document(_ arn: ManagedPolicyARN) throws -> Document {
            guard let text = texts[arn] else { throw PolicyLost(policy: arn.rawValue, identity: id) }
            return Document(name: arn.rawValue, text: text)
        }
        let ofIdentities = holders.flatMap { (inline[$0] ?? []).map { Document(name: $0.name, text: $0.document) } }
        return IdentityDocuments(identity: try ofIdentities + arns.map(document), boundary: try boundary.map(document))
    }

    /// Of AWS's policies, and of what is in force of an account's own.
    static func texts(of arns: [ManagedPolicyARN], in transaction: Transaction) throws -> [ManagedPolicyARN: String] {
        var texts: [ManagedPolicyARN: String] = [:]
        var own: [AccountID: [ManagedPolicyARN]] = [:]
        for arn in arns {
            switch arn.owner {
            case .aws: texts[arn] = AWSManagedPolicy.find(arn.rawValue)?.document
            case .account(let account): own[account, default: []].append(arn)
            }
        }
        for (account, arns) in own {
            let documents = try IAMPolicyTable(transaction).documents(of: arns.map(\.name), account: account)
            for arn in arns { texts[arn] = documents[IAMNaming.folded(arn.name)] }
        }
        return texts
    }
}

/// An identity has a policy that is not there: deciding without it could let in who is denied.
struct PolicyLost: Error, CustomStringConvertible {
    let policy: String
    let identity: String

    var description: String { "the identity \(identity) has the policy \(policy), which is not in the directory" }
}
