import Bundles
import Domain
import Foundation
import Logging
import Machines
import Metadata
import Synchronization

/// What the metadata service of an instance tells: what the rows say at that moment.
final class InstanceMetadata: GuestMetadataSource {
    /// Keys that are good for less are not given out any more: as on EC2, new ones are there well before the old ones end.
    private static let keySecondsLeft: TimeInterval = 3_600
    private static let keySeconds = 6 * 3_600
    private static let service = "ec2.amazonaws.com"

    private let id: InstanceID
    private let tools: InstanceTools
    private let kept = Mutex<(role: String, keys: GuestRoleKeys)?>(nil)

    init(_ id: InstanceID, _ tools: InstanceTools) {
        self.id = id
        self.tools = tools
    }

    func server(at path: String, _ logger: Logger) -> MetadataServer {
        let tokens = MetadataTokens(key: tools.deployment.tokens.hidingKey, instanceID: id.rawValue)
        return MetadataServer(MetadataService(self, tokens: tokens, clock: tools.deployment.clock), at: path, logger: logger)
    }

    func metadata() async throws -> GuestMetadata? {
        let (id, region) = (id, tools.store.region)
        guard let facts = try await tools.store.database.read({ try InstanceFacts.read(id, in: region, $0) }) else { return nil }
        return facts.metadata(with: try await profile(of: facts.instance)?.told)
    }

    func sign(_ document: [UInt8], _ signature: IdentitySignature) async throws -> [UInt8] {
        let key = try await tools.store.keys.certificates.privateKey()
        switch signature {
        case .plain: return try key.signature(over: document)
        case .pkcs7, .rsa2048: return try key.signedData(document, with: await tools.store.keys.certificates.require())
        }
    }

    // The role --------------------------------------------------------------------------------------------------------

    private struct Profile {
        let told: GuestMetadata.InstanceProfile
        let role: IAMIdentity?
    }

    private func profile(of instance: Instance) async throws -> Profile? {
        guard let arn = instance.profile, let name = arn.split(separator: "/").last.map(String.init) else { return nil }
        let account = instance.owner
        return try await tools.deployment.directory.read { transaction in
            guard let profile = try IAMIdentityTable(transaction).find(.instanceProfile, name, of: account) else { return nil }
            let role = try IAMProfileRoleTable(transaction).role(of: profile.id)
            return Profile(told: GuestMetadata.InstanceProfile(id: profile.id, arn: arn, roleName: role?.name), role: role)
        }
    }

    /// Keys of a session that is named as the instance is, if the role trusts EC2.
    func roleKeys() async throws -> GuestRoleKeys? {
        let id = id
        guard let instance = try await tools.store.database.read({ try InstanceTable($0).instance(id) }),
            let role = try await profile(of: instance)?.role, try await trustsEC2(role)
        else { return nil }
        let now = Date(timeIntervalSince1970: tools.now.timeIntervalSince1970.rounded(.down))
        if let keys = known(role.id, at: now) { return keys }
        let sessions = Sessions(tokens: tools.deployment.tokens, directory: tools.deployment.directory)
        let session = CallerSession(
            policyARNs: [],
            tags: [],
            transitiveTagKeys: [],
            issuedAt: now,
            expiresAt: now.addingTimeInterval(TimeInterval(Self.keySeconds))
        )
        let made = try sessions.begin(session, as: SecurityTokens.principal(role, id.rawValue))
        let keys = GuestRoleKeys(
            accessKeyID: made.accessKeyID,
            secretAccessKey: made.secretAccessKey,
            sessionToken: made.sessionToken,
            updatedAt: now,
            expiresAt: made.expiresAt
        )
        keep(role.id, keys)
        return keys
    }

    @inline(never) private func known(_ role: String, at now: Date) -> GuestRoleKeys? {
        kept.withLock { kept in
            guard let kept, kept.role == role, kept.keys.expiresAt.timeIntervalSince(now) >= Self.keySecondsLeft else { return nil }
            return kept.keys
        }
    }

    @inline(never) private func keep(_ role: String, _ keys: GuestRoleKeys) { kept.withLock { $0 = (role, keys) } }

    private func trustsEC2(_ role: IAMIdentity) async throws -> Bool {
        guard let trust = try await tools.deployment.identityPolicies.trust(ofRole: role.id) else { return false }
        var policies = ApplicablePolicies()
        policies.resource = ResourcePolicy(owner: role.account, rule: .decides, policy: trust)
        let arn = role.arn(in: tools.store.region.partition)
        let context = ConditionContext(of: .service(Self.service), in: tools.store.region.partition, at: tools.now)
        return policies.decide(AccessRequest(action: "sts:AssumeRole", resource: "\(arn)", context: context)).isAllowed
    }
}

extension InstanceFacts {
    func metadata(with profile: GuestMetadata.InstanceProfile?) -> GuestMetadata {
        let place = instance.place
        let publicHostname = place.publicAddress.map { "ec2-" + $0.replacing(".", with: "-") + "." + publicDomain }
        return GuestMetadata(
            options: instance.metadata,
            account: instance.owner,
            region: network.region,
            zone: place.zone.name,
            zoneID: place.zone.id,
            instanceID: instance.id.rawValue,
            instanceType: instance.type,
            architecture: instance.traits.architecture.rawValue,
            imageID: instance.image.rawValue,
            manifestPath: disk?.bundle.manifest.rawValue,
            reservationID: instance.reservation.rawValue,
            launchIndex: instance.launchIndex,
            launchedAt: instance.launchedAt,
            kernelID: instance.traits.kernelID,
            ramdiskID: instance.traits.ramdiskID,
            devices: devices,
            hostname: "\(hostname).\(network.domainName)",
            publicHostname: publicHostname,
            interface: interface,
            key: instance.keyName.flatMap { name in instance.publicKey.map { GuestMetadata.PublicKey(name: name, line: $0) } },
            profile: profile,
            tags: instance.tags,
            userData: instance.userData
        )
    }

    private var interface: GuestMetadata.Interface {
        let place = instance.place
        return GuestMetadata.Interface(
            id: place.interface.rawValue,
            mac: place.mac,
            privateAddress: place.privateAddress,
            publicAddress: place.publicAddress,
            subnetID: place.subnet.rawValue,
            subnetBlock: network.subnet(place.subnet)?.block ?? "",
            vpcID: place.vpc.rawValue,
            vpcBlock: DefaultNetwork.block,
            groups: groups.map { GuestMetadata.SecurityGroup(id: $0.id.rawValue, name: $0.name) }
        )
    }

    private var publicDomain: String {
        network.region.rawValue == "us-east-1" ? "compute-1.amazonaws.com" : "\(network.region).compute.amazonaws.com"
    }

    /// As EC2 has them: the root device twice, once without its folder.
    private var devices: [GuestMetadata.Device] {
        let root = instance.rootDeviceName
        let others = volumes.compactMap { attachment(of: $0)?.device }.filter { $0 != root }.sorted()
        return [GuestMetadata.Device(role: "ami", name: Self.short(root))]
            + others.enumerated().map { GuestMetadata.Device(role: "ebs\($0 + 1)", name: Self.short($1)) }
            + [GuestMetadata.Device(role: "root", name: root)]
    }

    private static func short(_ device: String) -> String { device.hasPrefix("/dev/") ? String(device.dropFirst(5)) : device }
}
