import Domain
import Metadata

/// Finds whom policies and grants name by ARNs, and what these are called now. All of it is in the directory.
struct NamedPrincipals {
    private let transaction: Transaction

    init(_ transaction: Transaction) { self.transaction = transaction }

    /// Whom names are of. Of accounts that are not here nobody can be, and nobody will be by such a name.
    ///
    /// - Throws: `UnknownPrincipal` for a user or a role that is not there.
    func ids(of names: Set<String>) throws -> PrincipalIDs {
        try PrincipalIDs(
            find(names) { name throws in
                guard try !DirectoryTable(transaction).hasAccount(name.account) else { throw UnknownPrincipal(name: name.arn.description) }
            }
        )
    }

    /// The same of what was taken in before: whoever is gone by now is nobody.
    func remaining(of names: Set<String>) throws -> PrincipalIDs { try PrincipalIDs(find(names) { _ in }) }

    private func find(_ names: Set<String>, absent: (NamedIdentity) throws -> Void) throws -> [String: String] {
        var ids: [String: String] = [:]
        for text in names.sorted() {
            guard let name = NamedIdentity(text) else { continue }
            let identity = try IAMIdentityTable(transaction).find(name.kind, name.name, of: name.account)
            if let id = identity.flatMap(name.id) { ids[text] = id } else { try absent(name) }
        }
        return ids
    }

    /// What stands in place of names that are no longer right: another name, or the id of whoever is gone.
    func renamed(_ ids: PrincipalIDs?) throws -> [String: String] {
        var names: [String: String] = [:]
        for (text, id) in ids?.byARN ?? [:] {
            let own = String(id.prefix { $0 != ":" })
            let identity = try IAMIdentityTable(transaction).find(id: own)
            guard let identity, let now = NamedIdentity(text)?.name(now: identity) else {
                names[text] = own
                continue
            }
            if now != text { names[text] = now }
        }
        return names
    }

    /// A policy as it is told.
    func told(_ policy: String, _ ids: PrincipalIDs?) throws -> String {
        guard let ids, !ids.byARN.isEmpty else { return policy }
        return PolicyDocument.renaming(try renamed(ids), in: policy)
    }

    /// An identity as it is told: the policy of a role by the names of now.
    func told(_ identity: IAMIdentity) throws -> IAMIdentity {
        var told = identity
        told.trust = try identity.trust.map { try self.told($0, identity.trustIDs) }
        return told
    }
}

/// There is no such user and no such role.
struct UnknownPrincipal: Error, CustomStringConvertible {
    let name: String

    var description: String { "there is no user and no role \(name)" }
}

extension Deployment {
    /// Whom the policy of a resource, or a grant, names.
    ///
    /// - Parameter fault: what the service says of a name that is nobody's.
    func principalIDs(of names: Set<String>, else fault: (String) -> Fault) async throws -> PrincipalIDs {
        do {
            return try await directory.read { try NamedPrincipals($0).ids(of: names) }
        } catch let error as UnknownPrincipal {
            throw fault(error.name)
        }
    }

    /// The policy of a resource as it is told.
    func told(_ policy: String, _ ids: PrincipalIDs?) async throws -> String {
        guard let ids, !ids.byARN.isEmpty else { return policy }
        return try await directory.read { try NamedPrincipals($0).told(policy, ids) }
    }
}
