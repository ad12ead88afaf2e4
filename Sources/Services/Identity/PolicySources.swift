import Domain
import Metadata

/// A user, a group or a role that an ARN leads to, and the documents that have a say in what it may do.
struct PolicySources: Sendable {
    let identity: IAMIdentity
    let documents: IdentityDocuments

    /// - Throws: `Fault` `InvalidInput`, `NoSuchEntity`.
    static func find(_ text: String, by call: Call, in transaction: Transaction) throws -> PolicySources {
        guard let arn = ARN(visible: text), arn.service == "iam", arn.account == call.account.rawValue,
            arn.partition == call.region.partition,
            let slash = arn.resource.firstIndex(of: "/"), let kind = IAMIdentity.Kind(rawValue: String(arn.resource[..<slash])),
            kind != .instanceProfile, let name = arn.resource.split(separator: "/").last.map(String.init)
        else { throw Fault(.invalidInput, "Invalid Entity Arn: \(text) does not clearly define entity type and name.") }
        let identity = try IAMIdentityTable(transaction).find(kind, name, of: call.account)
        guard let identity, identity.arn(in: arn.partition) == arn, let documents = try IdentityDocuments.read(identity.id, in: transaction)
        else {
            throw Fault.noSuchEntity(kind, name)
        }
        return PolicySources(identity: identity, documents: documents)
    }
}
