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
        guard let role, role.arn(in: arn.partition) == arn, let trust = try await call.deployment.identityPolicies.trust(ofRole: role.id)
        else { return nil }
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
                policy: try call.deployment.policies.policy(key.policy, .resource)
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
    func retirement(of id: String, on arn: ARN) async throws -> (policy: ResourcePolicy?, isGranted: Bool) {
        guard let key = try await key(arn), let store = call.deployment.regions[key.region] else {
            return (AccountID(rawValue: arn.account).map { ResourcePolicy(owner: $0, rule: .decides, policy: nil) }, false)
        }
        let found = try await store.database.read { try GrantTable($0).grant(id) }
        // One that is not there has nothing to protect: who may do so by the policies is told.
        guard let grant = found, grant.key == key.id else { return (try await keyPolicy(of: arn), false) }
        let isRoot = call.principal.kind == .rootUser && call.account == key.account
        guard isRoot || mayRetire(grant) else { return (ResourcePolicy(owner: key.account, rule: .decides, policy: nil), false) }
        return (try await keyPolicy(of: arn), true)
    }

    private func mayRetire(_ grant: KeyGrant) -> Bool {
        var names = names(of: call.principal)
        if call.principal.kind == .rootUser { names.insert(call.account.rawValue) }
        if let retiring = grant.retiringPrincipal, names.contains(retiring) { return true }
        return grant.operations.contains(.retireGrant) && names.contains(grant.grantee)
    }

    private func names(of principal: Principal) -> Set<String> {
        let partition = call.region.partition
        return Set([principal.arn(in: partition), principal.principalARN(in: partition)].compactMap(\.self))
    }

    /// Whether a grant on a key lets the caller do it: beside the key's policy, and without any of the caller's own.
    ///
    /// - Parameter context: of the encryption that is asked for; nil where two of its keys are told apart by capital letters alone.
    func hasGrant(_ action: String, on arn: ARN, context: EncryptionContext?) async throws -> Bool {
        guard arn.service == "kms", let operation = GrantOperation(rawValue: String(action.dropFirst("kms:".count))),
            let key = try await key(arn), let store = call.deployment.regions[key.region]
        else { return false }
        let names = names(of: call.principal)
        let grants = try await store.database.read { try GrantTable($0).grants(on: key.id, to: names) }
        return grants.contains { grant in
            guard grant.operations.contains(operation) else { return false }
            guard let constraint = grant.constraint else { return true }
            return context.map(constraint.allows) ?? false
        }
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
