import Domain
import Metadata

/// The managed policies that users, groups and roles of the caller's account have, and the one that bounds what they may be allowed.
package struct PolicyAttachments: Sendable {
    private let call: Call

    package init(_ call: Call) { self.call = call }

    /// Attaching what is attached changes nothing.
    ///
    /// - Throws: `Fault` `NoSuchEntity`, `LimitExceeded`.
    package func attach(_ policy: String, to kind: IAMIdentity.Kind, _ name: String) async throws {
        let call = call
        try await IAMIdentities(call).change(kind, name) { identity, transaction in
            let policy = try ManagedPolicies.requireAttachable(policy, by: call, in: transaction)
            let table = IAMAttachmentTable(transaction)
            let attached = try table.policies(of: identity.id)
            guard !attached.contains(policy) else { return }
            let max = try kind.policiesQuota.map { try QuotaTable(transaction).value(of: $0, for: call.account) } ?? 0
            guard attached.count < max else { throw Fault.limitExceeded("PoliciesPer\(kind.title)", max) }
            try table.attach(policy, to: identity.id, at: call.now)
        }
    }

    package func detach(_ policy: String, from kind: IAMIdentity.Kind, _ name: String) async throws {
        let call = call
        try await IAMIdentities(call).change(kind, name) { identity, transaction in
            let arn = try ManagedPolicies.arn(policy, by: call)
            let table = IAMAttachmentTable(transaction)
            guard try table.detach(arn, from: identity.id) else { throw ManagedPolicies.notFound(policy) }
        }
    }

    /// By ARN.
    package func list(of kind: IAMIdentity.Kind, _ name: String, pathPrefix: String?, _ page: IAMPageRequest) async throws
        -> Page<ManagedPolicyARN>
    {
        let identity = try await IAMIdentities(call).find(kind, name)
        let prefix = pathPrefix ?? "/"
        let listing = "attached/\(identity.id)\(prefix)"
        return try await page.page(of: listing, in: call, place: \.rawValue) { after, limit in
            // They are few: quotas see to it.
            let all = try await call.readIAM { try IAMAttachmentTable($0).policies(of: identity.id) }
            return Array(all.filter { $0.path.hasPrefix(prefix) && $0.rawValue > after ?? "" }.prefix(limit))
        }
    }

    /// - Throws: `Fault` `NoSuchEntity`.
    package func setBoundary(of kind: IAMIdentity.Kind, _ name: String, to policy: String?) async throws {
        let call = call
        try await IAMIdentities(call).change(kind, name) { identity, transaction in
            var identity = identity
            identity.boundary = try policy.map { try ManagedPolicies.requireAttachable($0, by: call, in: transaction).rawValue }
            try IAMIdentityTable(transaction).update(identity)
        }
    }
}
