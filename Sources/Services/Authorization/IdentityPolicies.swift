import Domain
import Metadata

/// The policies of users and roles that have a say in what these may do, read from the directory and kept, ready to decide, as long as the
/// number of IAM's rows stands.
package final class IdentityPolicies: Sendable {
    /// Of one identity.
    package typealias Applicable = (identity: PolicySet, boundary: PolicySet?)

    private let directory: Database
    private let identities: IdentityCache<String, KeptIdentity>
    private let controls: IdentityCache<AccountID, [PolicySet]>
    /// A change of IAM makes the identities be read anew, but a document that is the same is not parsed again.
    private let compiled: CompiledPolicies

    /// - Parameter textBytesMax: of the documents whose policies are kept: what is made of one takes about ten times its size.
    package init(directory: Database, textBytesMax: Int = 2 << 20) {
        let identities = IdentityCache<String, KeptIdentity>(countMax: 5_000)
        let controls = IdentityCache<AccountID, [PolicySet]>(countMax: 5_000)
        self.directory = directory
        (self.identities, self.controls) = (identities, controls)
        compiled = CompiledPolicies(textBytesMax: textBytesMax) {
            identities.dropAll()
            controls.dropAll()
        }
    }

    /// The inline and attached policies of a user or a role, those of a user's groups, and the permissions boundary; nil when the identity is
    /// gone.
    ///
    /// - Parameter version: the number of IAM's rows, where the call has read it already: what is kept is then answered without a read.
    package func policies(of identityID: String, at version: Int64? = nil) async throws -> Applicable? {
        if let version, let known = identities.value(for: identityID, at: version) { return (known.identity, known.boundary) }
        let read = try await directory.read { [identities] transaction in
            let version = try IAMVersionTable(transaction).version()
            if let known = identities.value(for: identityID, at: version) { return Read.known(known) }
            return try .documents(IdentityDocuments.read(identityID, in: transaction), version: version)
        }
        switch read {
        case .known(let known): return (known.identity, known.boundary)
        case .documents(nil, _): return nil
        case .documents(let documents?, let version):
            let made = try make(documents)
            identities.keep(made, for: identityID, at: version)
            return (made.identity, made.boundary)
        }
    }

    /// The policies that limit a session; nil for one that has all rights of its identity.
    package func policies(of session: CallerSession, as kind: Principal.Kind) async throws -> PolicySet? {
        guard session.isLimited(for: kind) else { return nil }
        var policies: [NamedPolicy] = []
        if let text = session.policy {
            policies.append(NamedPolicy(name: "the policy of the session", policy: try compiled.policy(text, .identity)))
        }
        let arns = session.policyARNs.compactMap(ManagedPolicyARN.init)
        guard !arns.isEmpty else { return PolicySet(policies) }
        let texts = try await directory.read { try IdentityDocuments.texts(of: arns, in: $0) }
        // One that is gone allows nothing.
        for arn in arns {
            guard let text = texts[arn] else { continue }
            policies.append(NamedPolicy(name: arn.rawValue, policy: try compiled.policy(text, .identity)))
        }
        return PolicySet(policies)
    }

    /// The service control policies over an account, a set for each level from the root down to it.
    ///
    /// - Parameter version: the number of IAM's rows, where the call has read it already.
    package func serviceControl(over account: AccountID, at version: Int64? = nil) async throws -> [PolicySet] {
        if let version, let known = controls.value(for: account, at: version) { return known }
        let (levels, version) = try await directory.read { transaction in
            (try OrganizationTable(transaction).serviceControlPolicies(of: account), try IAMVersionTable(transaction).version())
        }
        let made = try levels.map { level in
            PolicySet(try level.policies.map { NamedPolicy(name: $0.id, policy: try compiled.policy($0.content, .identity)) })
        }
        controls.keep(made, for: account, at: version)
        return made
    }

    /// Who may assume a role; nil when it is gone.
    package func trust(ofRole id: String) async throws -> NamedPolicy? {
        guard let role = try await directory.read({ try IAMIdentityTable($0).find(id: id) }), let trust = role.trust else { return nil }
        return NamedPolicy(name: role.arn(in: "aws").description, policy: try compiled.policy(trust, .trust, ids: role.trustIDs))
    }

    private enum Read: Sendable {
        case known(KeptIdentity)
        case documents(IdentityDocuments?, version: Int64)
    }

    private func make(_ documents: IdentityDocuments) throws -> KeptIdentity {
        func named(_ document: IdentityDocuments.Document) throws -> NamedPolicy {
            NamedPolicy(name: document.name, policy: try compiled.policy(document.text, .identity))
        }
        return KeptIdentity(
            identity: PolicySet(try documents.identity.map(named)),
            boundary: try documents.boundary.map { [try named($0)] }
        )
    }
}

/// What is kept of an identity.
private struct KeptIdentity: Sendable {
    let identity: PolicySet
    let boundary: PolicySet?
}
