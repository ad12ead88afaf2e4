import Domain
import Metadata

/// What resources themselves say of who may use them: the policies and ACLs of buckets, the policies of keys, whom roles trust.
struct ResourcePolicies: Sendable {
    let call: Call

    /// Nil for a resource that has nothing to say, and for one that is not there.
    func policy(of arn: ARN, for action: String) async throws -> ResourcePolicy? {
        switch arn.service {
        // A bucket that is yet to be made says nothing, and one that has the name already is another's.
        case "s3" where action != "s3:CreateBucket": try await bucketPolicy(of: arn, for: action)
        case "kms": try await keyPolicy(of: arn)
        case "iam" where Self.trustActions.contains(action): try await trustPolicy(of: arn)
        default: nil
        }
    }

    // MARK: - Buckets

    private static let mendingActions: Set<String> = ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"]

    private func bucketPolicy(of arn: ARN, for action: String) async throws -> ResourcePolicy? {
        let parts = arn.resource.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let name = arn.bucket.flatMap({ BucketName(rawValue: $0) }) else { return nil }
        guard let (bucket, settings, store) = try await bucket(name) else { return nil }
        // Whoever holds the account can always mend the policy, whatever it says (S3's reference of the three actions).
        let isMending = bucket.owner == call.account && call.principal.kind == .rootUser && Self.mendingActions.contains(action)
        if isMending { return nil }
        let compiled = try settings.policy.map { try call.deployment.policies.policy($0.text) }
        let isAbroad = bucket.owner != call.account || call.principal.kind == .anonymous
        // Whoever is not of the account is kept out of a bucket that is public by its policy, and restricted.
        if isAbroad, compiled?.isPublic == true, settings.publicAccess?.restrictsBuckets == true {
            return ResourcePolicy(owner: bucket.owner, rule: .adds, policy: nil)
        }
        let opens = try await opens(settings, bucket, key: parts.count > 1 ? parts[1] : nil, in: store, to: action)
        return ResourcePolicy(
            owner: bucket.owner,
            rule: .adds,
            policy: compiled.map { NamedPolicy(name: "the policy of the bucket \(name)", policy: $0.policy) },
            grant: opens ? .caller : nil
        )
    }

    /// Of the call's Region; the source of a copy may be in another.
    private func bucket(_ name: BucketName) async throws -> (bucket: Bucket, settings: BucketSettings, store: RegionStore)? {
        if let found = try await bucket(name, in: call.store) { return found }
        let place = try await call.deployment.directory.read { try BucketNameTable($0).row(name) }
        guard let store = place.flatMap({ call.deployment.regions[$0.region] }), store.region != call.region else { return nil }
        return try await bucket(name, in: store)
    }

    private func bucket(_ name: BucketName, in store: RegionStore) async throws -> (
        bucket: Bucket, settings: BucketSettings, store: RegionStore
    )? {
        let found = try await store.database.read { transaction -> (bucket: Bucket, settings: BucketSettings)? in
            let table = BucketTable(transaction)
            return try table.bucket(name).map { ($0, try table.settings(of: name)) }
        }
        return found.map { ($0.bucket, $0.settings, store) }
    }

    /// Whether an ACL, of the bucket or of the object, opens it to the caller for the action.
    private func opens(_ settings: BucketSettings, _ bucket: Bucket, key: String?, in store: RegionStore, to action: String) async throws
        -> Bool
    {
        guard settings.ownership != .bucketOwnerEnforced, settings.publicAccess?.ignoresACLs != true else { return false }
        guard let key else {
            guard let acl = settings.acl else { return false }
            return ["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"].contains(action) && isRead(acl)
        }
        switch action {
        case "s3:PutObject", "s3:DeleteObject": return settings.acl == .publicReadWrite
        case "s3:GetObject", "s3:GetObjectVersion":
            guard let key = ObjectKey(key) else { return false }
            let acl = try await store.database.read { try ObjectTable($0).latest(key, in: bucket.name)?.attributes.acl }
            return acl.map(isRead) ?? false
        default: return false
        }
    }

    private func isRead(_ acl: CannedACL) -> Bool {
        switch acl {
        case .publicRead, .publicReadWrite: true
        case .authenticatedRead: call.principal.kind != .anonymous
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
            policy: NamedPolicy(name: "the policy of the key \(key.arn)", policy: try call.deployment.policies.policy(key.policy).policy)
        )
    }

    private func key(_ arn: ARN) async throws -> KMSKey? {
        guard let name = KeyARN(arn.description), case .key(let id) = name.resource, let store = call.deployment.regions[name.region]
        else { return nil }
        let key = try await call.deployment.keyRing(of: store).key(id)
        return key?.account == name.account ? key : nil
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
}
