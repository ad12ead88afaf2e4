import Domain
import Metadata

/// What resources themselves say of who may use them: the policies and ACLs of buckets, the policies of keys, whom roles trust.
struct ResourcePolicies: Sendable {
    let call: Call

    /// Nil for a resource that has nothing to say, and for one that is not there.
    func policy(of resource: PolicyResource, for action: String) async throws -> ResourcePolicy? {
        guard let arn = resource.arn else { return nil }
        return switch arn.service {
        // A bucket that is yet to be made says nothing, and one that has the name already is another's.
        case "s3" where action != "s3:CreateBucket": try await bucketPolicy(of: arn, version: resource.version, for: action)
        // Nobody uses a key without a signature, whatever its policy says of everybody.
        case "kms" where !call.principal.isNobody: try await keyPolicy(of: arn)
        case "iam" where Self.trustActions.contains(action): try await trustPolicy(of: arn)
        default: nil
        }
    }

    // MARK: - Buckets

    private static let mendingActions: Set<String> = ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"]

    private func bucketPolicy(of arn: ARN, version: String?, for action: String) async throws -> ResourcePolicy? {
        guard let name = arn.bucket.flatMap({ BucketName(rawValue: $0) }),
            let (bucket, rules, place) = try await Buckets(call).found(name)
        else { return nil }
        // Whoever holds the account can always mend the policy, whatever it says (S3's reference of the three actions).
        let isMending = bucket.owner == call.account && call.principal.kind == .rootUser && Self.mendingActions.contains(action)
        if isMending { return nil }
        let isAbroad = bucket.owner != call.account
        // Whoever is not of the account is kept out of a bucket that is public by its policy, and restricted; and out of all of a closed account.
        let isClosed = try await call.isClosed(bucket.owner)
        if isAbroad, rules.restrictsPolicy || isClosed {
            return ResourcePolicy(owner: bucket.owner, rule: .adds, policy: nil)
        }
        let opens = try await opens(rules, of: name, arn.objectKey, version: version, in: place.store, to: action)
        return ResourcePolicy(
            owner: bucket.owner,
            rule: .adds,
            policy: rules.policy.map { NamedPolicy(name: "the policy of the bucket \(name)", policy: $0) },
            grant: opens ? .caller : nil
        )
    }

    private static let listingActions: Set<String> = ["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"]

    /// Whether an ACL, of the bucket or of the object, opens it to the caller for the action.
    private func opens(
        _ rules: BucketRules,
        of bucket: BucketName,
        _ key: String?,
        version: String?,
        in store: RegionStore,
        to action: String
    ) async throws -> Bool {
        guard rules.obeysACLs else { return false }
        guard let key else { return Self.listingActions.contains(action) && rules.settings.acl.map(isRead) ?? false }
        switch action {
        // To write into a bucket is to make objects. Those that are there are their owner's alone to replace and to delete.
        case "s3:PutObject":
            guard rules.settings.acl == .publicReadWrite, let key = ObjectKey(key) else { return false }
            return try await store.database.read { try ObjectTable($0).latest(key, in: bucket)?.isMarker ?? true }
        case "s3:GetObject", "s3:GetObjectVersion":
            guard let key = ObjectKey(key) else { return false }
            let acl = try await store.database.read { try ObjectTable($0).row(key, version: version, in: bucket)?.attributes.acl }
            return acl.map(isRead) ?? false
        default: return false
        }
    }

    private func isRead(_ acl: CannedACL) -> Bool {
        switch acl {
        case .publicRead, .publicReadWrite: true
        case .authenticatedRead: !call.principal.isNobody
        default: false
        }
    }

    // MARK: - Roles

    private static let trustActions: Set<String> = [
        "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:SetSourceIdentity", "sts:TagSession",
    ]

    /// Whom a role trusts. What one of a closed account says counts no more.
    private func trustPolicy(of arn: ARN) async throws -> ResourcePolicy? {
        guard let account = AccountID(rawValue: arn.account), arn.resource.hasPrefix("role/"),
            let name = arn.resource.split(separator: "/").last
        else { return nil }
        let role = try await call.deployment.directory.read { transaction -> IAMIdentity? in
            guard try OrganizationTable(transaction).isActive(account) else { return nil }
            return try IAMIdentityTable(transaction).find(.role, String(name), of: account)
        }
        // One that is not there, or is called otherwise, trusts nobody: names are found whatever their capital letters are.
        let isNamed = role?.arn(in: call.region.partition) == arn
        let trust = if let role, isNamed { try await call.deployment.identityPolicies.trust(ofRole: role.id) } else { NamedPolicy?.none }
        return ResourcePolicy(owner: account, rule: .decides, policy: trust)
    }

    // MARK: - Keys

    private func keyPolicy(of arn: ARN) async throws -> ResourcePolicy? {
        guard let key = try await key(arn) else { return nil }
        return ResourcePolicy(
            owner: key.account,
            rule: .decides,
            policy: NamedPolicy(
                name: "the policy of the key \(key.arn)",
                policy: try call.deployment.policies.policy(key.policy, .resource, ids: key.policyIDs)
            )
        )
    }

    private func key(_ arn: ARN) async throws -> KMSKey? {
        guard let name = KeyARN(arn.description), case .key(let id) = name.resource, let store = call.deployment.regions[name.region]
        else { return nil }
        guard let key = try await call.deployment.keyRing(of: store).key(id), key.account == name.account else { return nil }
        // A closed account lets nobody in: by no policy, and by no grant.
        return try await call.isClosed(key.account) ? nil : key
    }

    /// What a key says of retiring a grant on it, and whether the grant lets the caller: its retiring principal, its grantee where retiring is among its
    /// operations, or the root user of the key's account (KMS, RetireGrant). Policies cannot give it, only take it.
    func retirement(of id: String, on arn: ARN) async throws -> ResourcePolicy? {
        guard let key = try await key(arn), let store = call.deployment.regions[key.region] else {
            return AccountID(rawValue: arn.account).map { ResourcePolicy(owner: $0, rule: .decides, policy: nil) }
        }
        let found = try await store.database.read { try GrantTable($0).grant(id) }
        // One that is not there has nothing to protect: who may do so by the policies is told.
        guard let grant = found, grant.key == key.id else { return try await keyPolicy(of: arn) }
        let isRoot = call.principal.kind == .rootUser && call.account == key.account
        guard let leave = isRoot ? .caller : retirement(by: grant) else {
            return ResourcePolicy(owner: key.account, rule: .decides, policy: nil)
        }
        return try await keyPolicy(of: arn)?.granting(leave)
    }

    private func retirement(by grant: KeyGrant) -> ResourceGrant? {
        let caller = GrantCaller(call)
        let isOfRoot = call.principal.kind == .rootUser && grant.retiringPrincipal == call.account.rawValue
        let byRetiring = isOfRoot ? .caller : grant.retiringPrincipal.flatMap { caller.leave(of: $0, in: grant) }
        let byGrantee = grant.allows(.retireGrant, context: nil) ? caller.leave(of: grant.grantee, in: grant) : nil
        return [byRetiring, byGrantee].compactMap(\.self).max()
    }

    /// A key with what its grants let the caller do: beside its policy, and without any of the caller's own.
    ///
    /// - Parameter facts: what conditions ask about the request.
    /// - Returns: nil where no grant lets the caller in.
    func granted(_ action: String, on arn: ARN, _ facts: [String: [String]]) async throws -> ResourcePolicy? {
        guard arn.service == "kms", let operation = GrantOperation(rawValue: String(action.dropFirst("kms:".count))),
            let key = try await key(arn), let store = call.deployment.regions[key.region]
        else { return nil }
        let caller = GrantCaller(call)
        let grants = try await store.database.read { try GrantTable($0).grants(on: key.id, to: caller.names, ids: caller.ids) }
        let asked = GrantQuestion(operation, facts)
        guard let leave = grants.filter(asked.isAllowed).compactMap({ caller.leave(of: $0.grantee, in: $0) }).max() else { return nil }
        return try await keyPolicy(of: arn)?.granting(leave)
    }
}

extension ResourcePolicy {
    fileprivate func granting(_ leave: ResourceGrant) -> ResourcePolicy {
        var policy = self
        (policy.grant, policy.isGrantEnough) = (leave, true)
        return policy
    }
}

/// As what grants let a caller in: a session by its own name, or as its role.
private struct GrantCaller {
    private let byName: [String: ResourceGrant]
    private let byID: [String: ResourceGrant]

    var names: Set<String> { Set(byName.keys) }
    var ids: Set<String> { Set(byID.keys) }

    init(_ call: Call) {
        let (principal, partition) = (call.principal, call.region.partition)
        var names = [principal.arn(in: partition): ResourceGrant.caller]
        if let role = principal.principalARN(in: partition), names[role] == nil { names[role] = .role }
        byName = names
        byID =
            switch principal.kind {
            case .user(let user): [user.id: .caller]
            case .role(let role): [role.id: .role, principal.userID: .caller]
            case .rootUser, .federatedUser, .anonymous: [:]
            }
    }

    /// Nil for another's name.
    func leave(of name: String, in grant: KeyGrant) -> ResourceGrant? {
        guard let known = grant.principalIDs, NamedIdentity(name) != nil else { return byName[name] }
        return known.byARN[name].flatMap { byID[$0] }
    }
}

/// What grants of a key are asked: an operation, and what the request says that their terms are about.
private struct GrantQuestion {
    private let operation: GrantOperation
    /// Nil where two of its keys are told apart by capital letters alone.
    private let context: EncryptionContext?
    private let operations: Set<GrantOperation>
    private let constraintType: String?

    init(_ operation: GrantOperation, _ facts: [String: [String]]) {
        self.operation = operation
        context = EncryptionContext(facts: facts)
        operations = Set((facts["kms:grantoperations"] ?? []).compactMap(GrantOperation.init))
        constraintType = facts["kms:grantconstrainttype"]?.first
    }

    func isAllowed(by grant: KeyGrant) -> Bool {
        guard operation == .createGrant else { return grant.allows(operation, context: context) }
        guard let constraintType else { return grant.allowsGranting(operations, nil) }
        guard let context else { return false }
        let constraint = constraintType == "EncryptionContextEquals" ? GrantConstraint.contextEquals(context) : .contextContains(context)
        return grant.allowsGranting(operations, constraint)
    }
}

extension EncryptionContext {
    /// The encryption context that a request brings, of what conditions ask about. Nil where two keys differ by capital letters alone.
    fileprivate init?(facts: [String: [String]]) {
        let keys = facts["kms:encryptioncontextkeys"] ?? []
        guard Set(keys.map { $0.lowercased() }).count == keys.count else { return nil }
        try? self.init(keys.map { (key: $0, value: facts["kms:encryptioncontext:\($0)".lowercased()]?.first ?? "") })
    }
}

extension ARN {
    /// The bucket that it names, or in which the object is that it names.
    var bucket: String? {
        guard service == "s3" else { return nil }
        return String(resource.prefix { $0 != "/" })
    }

    /// The key of the object that it names; nil for a bucket.
    var objectKey: String? {
        guard let bucket, resource.utf8.count > bucket.utf8.count else { return nil }
        return String(resource.dropFirst(bucket.count + 1))
    }
}
