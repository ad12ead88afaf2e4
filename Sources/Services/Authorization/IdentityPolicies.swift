import Domain
import Metadata
import Synchronization

/// The policies of users and roles that have a say in what these may do, read from the directory and kept, ready to decide, as long as the
/// number of IAM's rows stands.
package final class IdentityPolicies: Sendable {
    /// Of one identity.
    package typealias Applicable = (identity: [NamedPolicy], boundary: NamedPolicy?)

    private let directory: Database
    private let kept: Mutex<Kept>

    /// - Parameter textBytesMax: of the documents whose policies are kept: what is made of one takes about ten times its size.
    package init(directory: Database, textBytesMax: Int = 2 << 20) {
        self.directory = directory
        kept = Mutex(Kept(textBytesMax: textBytesMax))
    }

    /// The inline and attached policies of a user or a role, those of a user's groups, and the permissions boundary; nil when the identity is
    /// gone.
    ///
    /// - Parameter version: the number of IAM's rows, where the call has read it already: what is kept is then answered without a read.
    package func policies(of identityID: String, at version: Int64? = nil) async throws -> Applicable? {
        if let version, let known = known(identityID, at: version) { return (known.identity, known.boundary) }
        let read = try await directory.read { transaction in
            let version = try IAMVersionTable(transaction).version()
            if let known = self.known(identityID, at: version) { return Read.known(known) }
            return try .documents(IdentityDocuments.read(identityID, in: transaction), version: version)
        }
        switch read {
        case .known(let known): return (known.identity, known.boundary)
        case .documents(nil, _): return nil
        case .documents(let documents?, let version):
            let made = try make(documents)
            keep(made, of: identityID, at: version)
            return (made.identity, made.boundary)
        }
    }

    /// The policies that limit a session; nil for one that has all rights of its identity.
    package func policies(of session: CallerSession, as kind: Principal.Kind) async throws -> [NamedPolicy]? {
        guard session.isLimited(for: kind) else { return nil }
        var policies: [NamedPolicy] = []
        if let text = session.policy {
            policies.append(NamedPolicy(name: "the policy of the session", policy: try compiled(text, isTrust: false)))
        }
        let arns = session.policyARNs.compactMap(ManagedPolicyARN.init)
        guard !arns.isEmpty else { return policies }
        let texts = try await directory.read { try IdentityDocuments.texts(of: arns, in: $0) }
        // One that is gone allows nothing.
        for arn in arns {
            guard let text = texts[arn] else { continue }
            policies.append(NamedPolicy(name: arn.rawValue, policy: try compiled(text, isTrust: false)))
        }
        return policies
    }

    /// The service control policies over an account, a list for each level from the root down to it.
    ///
    /// - Parameter version: the number of IAM's rows, where the call has read it already.
    package func serviceControl(over account: AccountID, at version: Int64? = nil) async throws -> [[NamedPolicy]] {
        if let version, let known = knownControl(account, at: version) { return known }
        let (levels, version) = try await directory.read { transaction in
            (try OrganizationTable(transaction).serviceControlPolicies(of: account), try IAMVersionTable(transaction).version())
        }
        let made = try levels.map { level in
            try level.policies.map { NamedPolicy(name: $0.id, policy: try compiled($0.content, isTrust: false)) }
        }
        keepControl(made, over: account, at: version)
        return made
    }

    /// Who may assume a role; nil when it is gone.
    package func trust(ofRole id: String) async throws -> NamedPolicy? {
        guard let role = try await directory.read({ try IAMIdentityTable($0).find(id: id) }), let trust = role.trust else { return nil }
        return NamedPolicy(name: role.arn(in: "aws").description, policy: try compiled(trust, isTrust: true))
    }

    private enum Read: Sendable {
        case known(KeptIdentity)
        case documents(IdentityDocuments?, version: Int64)
    }

    private func make(_ documents: IdentityDocuments) throws -> KeptIdentity {
        func named(_ document: IdentityDocuments.Document) throws -> NamedPolicy {
            NamedPolicy(name: document.name, policy: try compiled(document.text, isTrust: false))
        }
        return KeptIdentity(identity: try documents.identity.map(named), boundary: try documents.boundary.map(named))
    }

    private func compiled(_ text: String, isTrust: Bool) throws -> CompiledPolicy {
        let key = Kept.Text(text: text, isTrust: isTrust)
        if let known = known(key) { return known }
        let policy = try isTrust ? PolicyDocument.trust(parsing: text).policy : PolicyDocument.identity(parsing: text).policy
        keep(policy, of: key)
        return policy
    }

    // None is inlined: around an `await` a task may go on on another thread, and an inlined lock has been seen to be left by the wrong one.

    @inline(never) private func known(_ id: String, at version: Int64) -> KeptIdentity? { kept.withLock { $0.identity(id, at: version) } }

    @inline(never) private func keep(_ identity: KeptIdentity, of id: String, at version: Int64) {
        kept.withLock { $0.keep(identity, of: id, at: version) }
    }

    @inline(never) private func knownControl(_ account: AccountID, at version: Int64) -> [[NamedPolicy]]? {
        kept.withLock { $0.control(over: account, at: version) }
    }

    @inline(never) private func keepControl(_ levels: [[NamedPolicy]], over account: AccountID, at version: Int64) {
        kept.withLock { $0.keep(levels, over: account, at: version) }
    }

    @inline(never) private func known(_ text: Kept.Text) -> CompiledPolicy? { kept.withLock { $0.policy(text) } }

    @inline(never) private func keep(_ policy: CompiledPolicy, of text: Kept.Text) { kept.withLock { $0.keep(policy, of: text) } }
}

/// What is kept of an identity.
private struct KeptIdentity: Sendable {
    let identity: [NamedPolicy]
    let boundary: NamedPolicy?
}

/// What is kept of all of them. A change of IAM makes the identities be read anew, but a document that is the same is not parsed again, and
/// identities that share one share what was made of it.
private struct Kept {
    struct Text: Hashable {
        let text: String
        let isTrust: Bool
    }

    private static let identitiesMax = 10_000

    let textBytesMax: Int
    private var version: Int64 = 0
    private var identities: [String: KeptIdentity] = [:]
    private var controls: [AccountID: [[NamedPolicy]]] = [:]
    private var policies: [Text: CompiledPolicy] = [:]
    private var textBytes = 0

    init(textBytesMax: Int) { self.textBytesMax = textBytesMax }

    func identity(_ id: String, at version: Int64) -> KeptIdentity? { version == self.version ? identities[id] : nil }

    func policy(_ text: Text) -> CompiledPolicy? { policies[text] }

    mutating func keep(_ identity: KeptIdentity, of id: String, at version: Int64) {
        // Whoever has read before the last change comes too late.
        guard version >= self.version else { return }
        makeRoom(at: version)
        identities[id] = identity
    }

    func control(over account: AccountID, at version: Int64) -> [[NamedPolicy]]? { version == self.version ? controls[account] : nil }

    mutating func keep(_ levels: [[NamedPolicy]], over account: AccountID, at version: Int64) {
        guard version >= self.version else { return }
        makeRoom(at: version)
        controls[account] = levels
    }

    private mutating func makeRoom(at version: Int64) {
        if version > self.version || identities.count + controls.count >= Self.identitiesMax { (identities, controls) = ([:], [:]) }
        self.version = version
    }

    mutating func keep(_ policy: CompiledPolicy, of text: Text) {
        let bytes = text.text.utf8.count
        guard bytes <= textBytesMax, policies[text] == nil else { return }
        // What is still asked for comes back at once.
        if textBytes + bytes > textBytesMax { (policies, identities, controls, textBytes) = ([:], [:], [:], 0) }
        policies[text] = policy
        textBytes += bytes
    }
}
