import Domain
import Metadata

/// The policies that are a part of one user, group or role of the caller's account.
package struct InlinePolicies: Sendable {
    private let call: Call

    package init(_ call: Call) { self.call = call }

    /// Sets one; another of the name is replaced.
    ///
    /// - Throws: `Fault` `MalformedPolicyDocument`, `LimitExceeded`.
    package func put(_ policy: InlinePolicy, into kind: IAMIdentity.Kind, _ name: String) async throws {
        _ = try PolicyDocument.identity(parsing: policy.document)
        try await IAMIdentities(call).change(kind, name) { identity, transaction in
            let table = IAMInlinePolicyTable(transaction)
            let others = try table.policies(of: [identity.id])[identity.id, default: []].filter { $0.name != policy.name }
            let size = others.reduce(PolicyDocument.size(of: policy.document)) { $0 + PolicyDocument.size(of: $1.document) }
            let max = Self.lengthMax(kind)
            guard size <= max else {
                throw Fault(.limitExceeded, "Maximum policy size of \(max) bytes exceeded for \(kind.rawValue) \(identity.name)")
            }
            try table.set(policy, of: identity.id)
        }
    }

    package func get(_ policy: String, of kind: IAMIdentity.Kind, _ name: String) async throws -> (
        identity: IAMIdentity, policy: InlinePolicy
    ) {
        let account = call.account
        return try await call.readIAM { transaction in
            let identity = try IAMIdentityTable(transaction).require(kind, name, of: account)
            guard let document = try IAMInlinePolicyTable(transaction).document(policy, of: identity.id) else {
                throw Self.notFound(policy, of: kind)
            }
            return (identity, InlinePolicy(name: policy, document: document))
        }
    }

    package func delete(_ policy: String, of kind: IAMIdentity.Kind, _ name: String) async throws {
        try await IAMIdentities(call).change(kind, name) { identity, transaction in
            guard try IAMInlinePolicyTable(transaction).delete(policy, of: identity.id) else { throw Self.notFound(policy, of: kind) }
        }
    }

    package func list(of kind: IAMIdentity.Kind, _ name: String, _ page: IAMPageRequest) async throws -> Page<String> {
        let id = try await IAMIdentities(call).find(kind, name).id
        return try await page.page(of: "inline/\(id)", in: call, place: \.self) { after, limit in
            try await call.readIAM { try IAMInlinePolicyTable($0).names(of: id, after: after ?? "", limit: limit) }
        }
    }

    /// Of all of an identity together, without white space (IAM and STS quotas, "character limits").
    private static func lengthMax(_ kind: IAMIdentity.Kind) -> Int {
        switch kind {
        case .user: 2048
        case .group: 5120
        case .role, .instanceProfile: 10_240
        }
    }

    private static func notFound(_ policy: String, of kind: IAMIdentity.Kind) -> Fault {
        Fault(.noSuchEntity, "The \(kind.rawValue) policy with name \(policy) cannot be found.")
    }
}
