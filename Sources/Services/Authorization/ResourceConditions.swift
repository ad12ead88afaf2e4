import Domain
import Foundation
import Metadata

/// What conditions can ask of the resource that a call is about: its tags, whose it is, what it is like. Looked up only where a policy asks.
struct ResourceConditions: Sendable {
    let call: Call

    func fill(_ context: inout ConditionContext, of resource: PolicyResource, owner: AccountID?, asking wanted: Set<String>) async throws {
        guard let arn = resource.arn else { return }
        if case .planned(let answers, _) = resource {
            for (key, values) in answers { context[key] = values }
        }
        // Also of the source of a copy, whose version is no parameter of the request.
        if let version = resource.version { context.set("s3:versionid", to: version) }
        if let owner = owner?.rawValue ?? (arn.account.isEmpty ? nil : arn.account) {
            context.set("aws:resourceaccount", to: owner)
            context.set("s3:resourceaccount", to: owner)
        }
        guard wanted.contains(where: Self.isOfResource) else { return }
        switch arn.service {
        case "ec2": try await fillEC2(&context, of: arn)
        case "kms": try await fillKey(&context, of: arn)
        case "s3": try await fillObject(&context, of: arn, version: resource.version)
        case "iam": try await fillIAM(&context, of: arn)
        case "organizations": try await fillOrganization(&context, of: arn)
        case "rbin": try await fillRule(&context, of: arn)
        default: break
        }
    }

    private static func isOfResource(_ key: String) -> Bool {
        if ["aws:resourcetag/", "ec2:", "iam:", "kms:", "s3:existingobjecttag/", "aws:resourceaccount"].contains(where: key.hasPrefix) {
            return true
        }
        return key.hasPrefix("ebs:")
    }

    /// Of what the caller sees: a policy is no way to ask about what it does not. Tags are those of the caller's account.
    private func fillEC2(_ context: inout ConditionContext, of arn: ARN) async throws {
        guard let store = Region(rawValue: arn.region).flatMap({ call.deployment.regions[$0] }) else { return }
        let id = arn.resource.split(separator: "/").last.map(String.init) ?? ""
        var tags: [Tag] = []
        if let id = ImageID(rawValue: id), let image = try await image(id, in: store) {
            tags = image.tags
            context.set("ec2:imageid", to: id.rawValue)
            context.set("ec2:imagetype", to: "machine")
            context.set("ec2:owner", to: image.owner.rawValue)
            context.set("ec2:public", to: image.isPublic)
            context.set("ec2:rootdevicetype", to: image.bundle == nil ? "ebs" : "instance-store")
            context.set("aws:resourceaccount", to: image.owner.rawValue)
        } else if let id = VolumeID(rawValue: id), let volume = try await volume(id, in: store) {
            tags = volume.tags
            set(&context, of: volume, in: store.region)
        } else if let id = InstanceID(rawValue: id), let instance = try await instance(id, in: store) {
            tags = instance.tags
            Self.set(&context, of: instance)
        } else if let id = SnapshotID(rawValue: id), let snapshot = try await snapshot(id, in: store) {
            tags = snapshot.tags
            set(&context, of: snapshot, in: store.region)
        } else if arn.resource.hasPrefix("key-pair/") {
            let (account, name) = (call.account, String(arn.resource.dropFirst("key-pair/".count)))
            let pair = try await store.database.read { try KeyPairTable($0).keyPair(named: name, of: account) }
            tags = pair?.tags ?? []
            if name != "*" { context.set("ec2:keypairname", to: name) }
            // Of one that is yet to be made the request tells.
            if let pair { context.set("ec2:keypairtype", to: pair.kind.rawValue) }
        } else if let resource = TaggableResource(id: id) {
            // A task, a report, a part of the network. Each account has tags of its own.
            let account = call.account
            set(&context, of: resource)
            tags = try await store.database.read { try TagTable($0).tags(of: resource, by: account) }
        }
        context.set(tags, under: "aws:resourcetag")
        context.set(tags, under: "ec2:resourcetag")
    }

    private func set(_ context: inout ConditionContext, of snapshot: Snapshot, in region: Region) {
        context.set("ec2:snapshotid", to: snapshot.id.rawValue)
        context.set("ec2:owner", to: snapshot.owner.rawValue)
        context.set("ec2:volumesize", to: String(snapshot.sizeGiB))
        context.set("ec2:encrypted", to: snapshot.encryption != nil)
        context.set("ec2:snapshottime", to: ISO8601.text(snapshot.startedAt))
        context.set("ec2:parentvolume", to: arn("volume/\(snapshot.volumeID)", in: region, of: snapshot.owner))
        context.set("ec2:parentsnapshot", to: snapshot.parentID.map { arn("snapshot/\($0)", in: region) })
        context.set("aws:resourceaccount", to: snapshot.owner.rawValue)
    }

    /// A security group, a VPC, a subnet: each is of the one network that its account has in its Region.
    private func set(_ context: inout ConditionContext, of resource: TaggableResource) {
        let vpc = arn("vpc/\(call.network.vpc.rawValue)", in: call.region, of: call.account)
        switch resource {
        case .securityGroup(let id):
            context.set("ec2:securitygroupid", to: id.rawValue)
            context.set("ec2:vpc", to: vpc)
        case .networkPart(let id) where id.kind == .vpc:
            context.set("ec2:vpcid", to: id.rawValue)
            context.set("ec2:tenancy", to: "default")
        case .networkPart(let id) where id.kind == .subnet:
            context.set("ec2:subnetid", to: id.rawValue)
            context.set("ec2:vpc", to: vpc)
            let zone = call.network.subnet(id)?.zone
            context.set("ec2:availabilityzone", to: zone?.name)
            context.set("ec2:availabilityzoneid", to: zone?.id)
        case .networkInterface(let id):
            context.set("ec2:networkinterfaceid", to: id.rawValue)
            context.set("ec2:vpc", to: vpc)
        default: break
        }
    }

    private func arn(_ resource: String, in region: Region, of account: AccountID? = nil) -> String {
        ARN(
            partition: region.partition,
            service: "ec2",
            region: region.rawValue,
            account: account?.rawValue ?? "",
            resource: resource
        ).description
    }

    private func set(_ context: inout ConditionContext, of volume: Volume, in region: Region) {
        context.set("ec2:volumeid", to: volume.id.rawValue)
        context.set("ec2:availabilityzone", to: volume.zone.name)
        context.set("ec2:availabilityzoneid", to: volume.zone.id)
        context.set("ec2:kmskeyid", to: volume.encryption?.keyARN)
        context.set("ec2:encrypted", to: volume.encryption != nil)
        context.set("ec2:parentsnapshot", to: volume.snapshotID.map { arn("snapshot/\($0)", in: region) })
        context.set("ec2:volumeinitializationrate", to: volume.initializationRate.map(String.init))
        context.set("ec2:volumeiops", to: volume.shape.iops.map(String.init))
        context.set("ec2:volumesize", to: String(volume.shape.sizeGiB))
        context.set("ec2:volumethroughput", to: volume.shape.throughput.map(String.init))
        context.set("ec2:volumetype", to: volume.shape.type.rawValue)
    }

    private static func set(_ context: inout ConditionContext, of instance: Instance) {
        context.set("ec2:instanceid", to: instance.id.rawValue)
        context.set("ec2:availabilityzone", to: instance.place.zone.name)
        context.set("ec2:availabilityzoneid", to: instance.place.zone.id)
        context.set("ec2:ebsoptimized", to: instance.isEBSOptimized)
        context.set("ec2:instancemarkettype", to: "on-demand")
        context.set("ec2:instancemetadatatags", to: instance.metadata.instanceMetadataTags)
        context.set("ec2:instanceprofile", to: instance.profile)
        context.set("ec2:instancetype", to: instance.type)
        context.set("ec2:rootdevicetype", to: instance.rootDeviceType.rawValue)
        context.set("ec2:tenancy", to: "default")
        context.set("ec2:metadatahttpendpoint", to: instance.metadata.httpEndpoint)
        context.set("ec2:metadatahttpputresponsehoplimit", to: String(instance.metadata.hopLimit))
        context.set("ec2:metadatahttptokens", to: instance.metadata.httpTokens)
    }

    private func instance(_ id: InstanceID, in store: RegionStore) async throws -> Instance? {
        let account = call.account
        return try await store.database.read { try InstanceTable($0).instance(id) }.flatMap { $0.owner == account ? $0 : nil }
    }

    private func volume(_ id: VolumeID, in store: RegionStore) async throws -> Volume? {
        let account = call.account
        return try await store.database.read { try VolumeTable($0).volume(id) }.flatMap { $0.owner == account ? $0 : nil }
    }

    private func image(_ id: ImageID, in store: RegionStore) async throws -> Image? {
        let (viewer, now) = (try await call.viewer(), call.now)
        return try await store.database.read { transaction in
            let image = try ImageTable(transaction).image(id, taggedBy: viewer.account)
            return try Images.visible([image].compactMap(\.self), to: viewer, at: now, in: transaction).first
        }
    }

    func snapshot(_ id: SnapshotID, in store: RegionStore) async throws -> Snapshot? {
        let viewer = try await call.viewer()
        return try await store.database.read { transaction in
            let snapshots = try SnapshotTable(transaction).snapshots(ids: [id], taggedBy: viewer.account)
            return try Snapshots.within(viewer.reach, snapshots, in: transaction).first
        }
    }

    private func fillKey(_ context: inout ConditionContext, of arn: ARN) async throws {
        guard let name = KeyARN(arn.description), case .key(let id) = name.resource, let store = call.deployment.regions[name.region]
        else { return }
        let region = store.region
        let found = try await store.database.read { transaction -> (key: KMSKey, tags: [Tag], aliases: [String])? in
            guard let key = try KeyTable(transaction, in: region).key(id) else { return nil }
            let aliases = try AliasTable(transaction).aliases(of: key.account, key: id, after: nil, limit: Quota.aliasesOfKey.ceiling)
            return (key, try KeyTagTable(transaction).tags(of: id), aliases.map(\.name.rawValue))
        }
        guard let found else { return }
        context.set(found.tags, under: "aws:resourcetag")
        context["kms:resourcealiases"] = found.aliases
        context.set("kms:keyspec", to: found.key.spec.rawValue)
        context.set("kms:keyusage", to: found.key.usage.rawValue)
        context.set("kms:keyorigin", to: "AWS_KMS")
        context.set("kms:multiregion", to: false)
    }

    /// The tags of what IAM keeps, and the boundary that a user or a role has; one that the request sets is the request's to tell.
    private func fillIAM(_ context: inout ConditionContext, of arn: ARN) async throws {
        guard let account = AccountID(rawValue: arn.account) else { return }
        let found = try await call.deployment.directory.read { transaction -> (boundary: String?, tags: [Tag])? in
            let (id, boundary) = try Self.ofIAM(arn, of: account, in: transaction)
            return try id.map { (boundary, try IAMTagTable(transaction).tags(of: $0)) }
        }
        guard let found else { return }
        context.set(found.tags, under: "aws:resourcetag")
        context.set(found.tags, under: "iam:resourcetag")
        if context["iam:permissionsboundary"] == nil { context.set("iam:permissionsboundary", to: found.boundary) }
    }

    /// What tags are kept under, of an identity, a managed policy or a provider; nil for what is not there.
    private static func ofIAM(_ arn: ARN, of account: AccountID, in transaction: Transaction) throws -> (id: String?, boundary: String?) {
        let kinds: [Substring: IAMIdentity.Kind] = ["user": .user, "role": .role, "instance-profile": .instanceProfile]
        let parts = arn.resource.split(separator: "/")
        guard parts.count > 1, let name = parts.last.map(String.init) else { return (nil, nil) }
        if let kind = kinds[parts[0]] {
            let identity = try IAMIdentityTable(transaction).find(kind, name, of: account)
            return (identity?.id, identity?.boundary)
        }
        switch parts[0] {
        case "policy": return (try IAMPolicyTable(transaction).policy(named: name, of: account)?.id, nil)
        case "oidc-provider":
            let url = String(arn.resource.dropFirst("oidc-provider/".count))
            return (try IAMProviderTable(transaction).provider(url, of: account)?.id, nil)
        default: return (nil, nil)
        }
    }

    /// Of accounts, units, policies and the root of the organization: the management account's to tag, and to ask about.
    private func fillOrganization(_ context: inout ConditionContext, of arn: ARN) async throws {
        guard arn.account == call.account.rawValue, let id = arn.resource.split(separator: "/").last.map(String.init) else { return }
        let tags = try await call.deployment.directory.read { try OrganizationTagTable($0).tags(of: id) }
        context.set(tags, under: "aws:resourcetag")
    }

    private func fillRule(_ context: inout ConditionContext, of arn: ARN) async throws {
        guard let store = Region(rawValue: arn.region).flatMap({ call.deployment.regions[$0] }),
            let id = arn.resource.split(separator: "/").last.flatMap({ RetentionRuleID(rawValue: String($0)) })
        else { return }
        let rule = try await store.database.read { try RetentionRuleTable($0).rule(id) }
        guard let rule, rule.account == call.account else { return }
        context.set(rule.tags, under: "aws:resourcetag")
    }

    private func fillObject(_ context: inout ConditionContext, of arn: ARN, version: String?) async throws {
        guard let bucket = arn.bucket.flatMap({ BucketName(rawValue: $0) }), let key = arn.objectKey.flatMap(ObjectKey.init),
            let place = try await Buckets(call).found(bucket)?.place
        else { return }
        let row = try await place.store.database.read { try ObjectTable($0).row(key, version: version, in: bucket) }
        context.set(try row?.attributes.tags.map { Tag(key: $0.key, value: $0.value) } ?? [], under: "s3:existingobjecttag")
    }
}
