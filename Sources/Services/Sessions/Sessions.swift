import Domain
import Foundation
import Metadata

/// Temporary keys, and the token that goes with them.
package struct TemporaryKeys: Sendable {
    package let accessKeyID: String
    package let secretAccessKey: String
    package let sessionToken: String
    package let expiresAt: Date
    package let principal: Principal
    /// How much of what a session can carry it carries, in percent; nil when it carries nothing.
    package let packedPercent: Int?
}

/// Begins sessions, and finds who a session token is of.
package struct Sessions: Sendable {
    private let tokens: TokenSealer
    private let directory: Database

    package init(tokens: TokenSealer, directory: Database) {
        self.tokens = tokens
        self.directory = directory
    }

    /// - Parameter identity: nil for the root user.
    /// - Throws: `Fault` `PackedPolicyTooLarge`.
    func begin(_ session: CallerSession, as principal: Principal) throws -> TemporaryKeys {
        let packed = try Self.packedBytes(of: session)
        guard packed <= SessionLimits.packedBytes else {
            let percent = Self.percent(packed)
            throw Fault(.packedPolicyTooLarge, "Packed size of session tags and policies is \(percent)% of what is allowed.")
        }
        let key = NewAccessKey.temporary(of: principal.account)
        let token = Self.token(key, principal, session)
        return TemporaryKeys(
            accessKeyID: key.id,
            secretAccessKey: key.secret,
            sessionToken: try token.sealed(by: tokens),
            expiresAt: session.expiresAt,
            principal: Principal(account: principal.account, accessKeyID: key.id, kind: principal.kind),
            packedPercent: packed == 0 ? nil : Self.percent(packed)
        )
    }

    /// Who signs with a temporary key, its secret, and its session.
    ///
    /// - Throws: `SessionRefusal`
    func find(_ accessKeyID: String, token text: String, at now: Date) async throws -> KnownKey {
        guard let token = SessionToken(text, sealedBy: tokens), token.accessKeyID == accessKeyID,
            let account = AccountID(rawValue: token.account)
        else { throw SessionRefusal.invalid }
        let session = token.session
        guard now < session.expiresAt else { throw SessionRefusal.expired }
        guard let kind = try await directory.read({ try Self.kind(of: token, account, in: $0) }) else { throw SessionRefusal.invalid }
        let principal = Principal(account: account, accessKeyID: accessKeyID, kind: kind)
        return KnownKey(principal: principal, secret: token.secret, session: session)
    }

    /// Nil when the account is closed, or the user or the role is gone: one that was made anew under the same name is another.
    private static func kind(of token: SessionToken, _ account: AccountID, in transaction: Transaction) throws -> Principal.Kind? {
        guard try OrganizationTable(transaction).isActive(account) else { return nil }
        let identity = try token.identity.flatMap { try IAMIdentityTable(transaction).find(id: $0) }
        guard token.identity == nil || identity?.account == account else { return nil }
        let user = identity.map { Principal.UserName(id: $0.id, path: $0.path, name: $0.name) }
        switch token.kind {
        case .root: return .rootUser
        case .user: return user.map(Principal.Kind.user)
        case .federated: return .federatedUser(name: token.name ?? "", of: user)
        case .role:
            return identity.map {
                .role(Principal.RoleSession(id: $0.id, path: $0.path, name: $0.name, session: token.name ?? ""))
            }
        }
    }

    private static func token(_ key: NewAccessKey, _ principal: Principal, _ session: CallerSession) -> SessionToken {
        func token(_ kind: SessionToken.Kind, _ identity: String?, _ name: String?) -> SessionToken {
            SessionToken(key: key, of: principal.account, kind, identity: identity, name: name, session)
        }
        return switch principal.kind {
        case .rootUser, .anonymous: token(.root, nil, nil)
        case .user(let user): token(.user, user.id, nil)
        case .role(let role): token(.role, role.id, role.session)
        case .federatedUser(let name, let user): token(.federated, user?.id, name)
        }
    }

    private static func packedBytes(of session: CallerSession) throws -> Int {
        let policies = (session.policy?.utf8.count ?? 0) + session.policyARNs.reduce(0) { $0 + $1.utf8.count }
        return session.tags.reduce(policies) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    }

    private static func percent(_ bytes: Int) -> Int { (bytes * 100 + SessionLimits.packedBytes - 1) / SessionLimits.packedBytes }
}
