/// As what the policy of a resource lets a caller in; later ones go further.
package enum ResourceGrant: Int, Comparable, Sendable {
    /// Its account, which passes it on by its own policies.
    case account
    /// By the role that it is a session of, or as one of all: a boundary and the session's policies still limit it.
    case role
    /// The caller itself, whom nothing limits but what denies.
    case caller

    package static func < (left: ResourceGrant, right: ResourceGrant) -> Bool { left.rawValue < right.rawValue }
}

/// Whom a statement is about, made ready to be held against callers.
struct PrincipalClause: Sendable {
    private let isExcluding: Bool
    private let isEverybody: Bool
    /// Named by their id or by their root user, which is the same.
    private let accounts: Set<String>
    private let arns: Set<String>
    /// Of users, roles and their sessions, where it is known whom their ARNs named; these are not among the ARNs then.
    private let ids: Set<String>
    private let canonicalUsers: Set<String>
    private let services: Set<String>
    private let providers: Set<String>

    /// - Parameter ids: nil where nobody has looked whom the ARNs name.
    init(_ principals: PolicyPrincipals, isExcluding: Bool, ids known: PrincipalIDs?) {
        self.isExcluding = isExcluding
        var (accounts, arns, ids): (Set<String>, Set<String>, Set<String>) = ([], [], [])
        for name in principals.names(of: .aws) where name != "*" {
            if let account = Self.account(name) {
                accounts.insert(account)
            } else if let known, NamedIdentity(name) != nil {
                known.byARN[name].map { _ = ids.insert($0) }
            } else {
                arns.insert(name)
            }
        }
        isEverybody = principals.names(of: .aws).contains("*")
        (self.accounts, self.arns, self.ids) = (accounts, arns, ids)
        canonicalUsers = Set(principals.names(of: .canonicalUser))
        services = Set(principals.names(of: .service))
        providers = Set(principals.names(of: .federated))
    }

    /// Whether it can be about who has no name.
    var reachesNobody: Bool { isExcluding || isEverybody }

    private static func account(_ name: String) -> String? {
        if AccountID(rawValue: name) != nil { return name }
        guard let arn = ARN(name), arn.service == "iam", arn.region.isEmpty, arn.resource == "root" else { return nil }
        return AccountID(rawValue: arn.account)?.rawValue
    }

    /// Whether a statement that denies is about the caller. What is denied to everybody is denied to services and providers too. Exempt is only who
    /// is named at every level: by account, role and itself.
    func denies(_ request: AccessRequest) -> Bool {
        guard isExcluding else { return isEverybody || grant(to: request) != nil }
        return !isEverybody && !levels(of: request).allSatisfy(\.self)
    }

    /// As what a statement that allows is about the caller; nil for another's. Who is named at any level is not among all others.
    func grant(to request: AccessRequest) -> ResourceGrant? {
        guard case .principal(let principal) = request.caller else {
            return !isExcluding && levels(of: request).contains(true) ? .caller : nil
        }
        guard !isExcluding else { return isEverybody || levels(of: request).contains(true) ? nil : Self.asOneOfAll(principal) }
        if isEverybody { return names(principal, in: request) ? .caller : Self.asOneOfAll(principal) }
        guard principal.kind != .anonymous else { return nil }
        if names(principal, in: request) { return .caller }
        if namesParent(of: principal, in: request) == true { return .role }
        return namesAccount(of: principal, in: request) ? .account : nil
    }

    private static func asOneOfAll(_ principal: Principal) -> ResourceGrant {
        switch principal.kind {
        case .rootUser, .user, .anonymous: .caller
        case .role, .federatedUser: .role
        }
    }

    private func names(_ principal: Principal, in request: AccessRequest) -> Bool {
        ids.contains(principal.userID) || arns.contains(principal.arn(in: request.context.partition))
    }

    private func namesAccount(of principal: Principal, in request: AccessRequest) -> Bool {
        accounts.contains(principal.account.rawValue) || request.canonicalUserID.map(canonicalUsers.contains) ?? false
    }

    /// The role of a session, the user of a federated user; nil for who has neither.
    private func namesParent(of principal: Principal, in request: AccessRequest) -> Bool? {
        let partition = request.context.partition
        switch principal.kind {
        case .role(let role): return ids.contains(role.id) || principal.principalARN(in: partition).map(arns.contains) ?? false
        case .federatedUser(_, let user?):
            return ids.contains(user.id) || arns.contains("arn:\(partition):iam::\(principal.account):user\(user.path)\(user.name)")
        case .rootUser, .user, .federatedUser, .anonymous: return nil
        }
    }

    /// Whether each name of the caller stands here, from the account down to itself.
    private func levels(of request: AccessRequest) -> [Bool] {
        switch request.caller {
        case .service(let name): return [services.contains(name)]
        case .provider(let name): return [providers.contains(name)]
        case .principal(let principal):
            guard principal.kind != .anonymous else { return [false] }
            var levels = [namesAccount(of: principal, in: request)]
            if principal.kind != .rootUser { levels.append(names(principal, in: request)) }
            if let isNamed = namesParent(of: principal, in: request) { levels.append(isNamed) }
            return levels
        }
    }
}
