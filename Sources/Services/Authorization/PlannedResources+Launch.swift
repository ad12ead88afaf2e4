import Domain
import Metadata

/// What a launch is made of and makes, as conditions of policies can ask about it. What cannot be is refused later, and for what it is: here it is
/// asked about as far as it is known.
extension Call {
    package func resources(of launch: LaunchRequest) async throws -> [PolicyResource] {
        let instances = Instances(self)
        let viewer = try await viewer()
        let source = try await unlessRefused { try await instances.source(of: launch, for: viewer) }
        let subnet = try await unlessRefused { try instances.subnet(of: launch) }
        var resources = [image(launch.image), try await plannedInstance(of: launch, image: source?.image, in: subnet)]
        resources.append(networkPart(.subnet, subnet?.id.rawValue ?? launch.interface.subnet ?? "*"))
        resources.append(plannedInterface(of: launch, in: subnet))
        resources += try await plannedVolumes(of: launch, source, in: subnet)
        let groups = launch.interface.groupIDs.map { SecurityGroupReference.id($0) } + launch.interface.groupNames.map { .name($0) }
        for group in groups.isEmpty ? [.name(SecurityGroup.defaultName)] : groups { resources.append(try await securityGroup(group)) }
        if let key = launch.key { resources.append(keyPair(key)) }
        return resources + launch.devices.compactMap(\.volume?.snapshotID).map { snapshot($0) }
    }

    /// What CreateSnapshots reads and makes: each volume of the instance that it takes, and the snapshot of that.
    package func resources(of request: InstanceSnapshotRequest) async throws -> [PolicyResource] {
        let volumes = try await unlessRefused { try await Volumes(self).chosen(for: request) } ?? []
        guard !volumes.isEmpty else { return [instance(request.instance), snapshot("*"), volume("*")] }
        var resources = [instance(request.instance)]
        for volume in volumes { resources += [plannedSnapshot(of: volume), self.volume(volume.id.rawValue)] }
        return resources
    }

    /// The snapshots to which CreateSnapshots copies the tags of their volumes, each with the tags that it gets; none when it copies none.
    package func taggedSnapshots(of request: InstanceSnapshotRequest) async throws -> [PolicyResource] {
        guard request.copiesVolumeTags else { return [] }
        let volumes = try await unlessRefused { try await Volumes(self).chosen(for: request) } ?? []
        guard volumes.contains(where: { !request.copiedTags(of: $0).isEmpty }) else { return [] }
        return volumes.map { ($0, request.tags(of: $0)) }.filter { !$1.isEmpty }.map { plannedSnapshot(of: $0).tagged($1) }
    }

    private func plannedInstance(of launch: LaunchRequest, image: Image?, in subnet: DefaultNetwork.Subnet?) async throws -> PolicyResource
    {
        var namedProfile: String?
        if case .arn(let arn)? = launch.profile { namedProfile = arn }
        let options = image.flatMap { try? launch.metadata.new(for: $0.traits) }
        return instance("*").planned([
            "ec2:availabilityzone": subnet?.zone.name ?? launch.zone, "ec2:availabilityzoneid": subnet?.zone.id ?? launch.zoneID,
            "ec2:ebsoptimized": String(launch.isEBSOptimized ?? false), "ec2:instancemarkettype": "on-demand",
            "ec2:instanceprofile": try await Instances(self).arn(of: launch.profile) ?? namedProfile,
            "ec2:instancetype": launch.type ?? InstanceType.standardName,
            "ec2:instancemetadatatags": options?.instanceMetadataTags, "ec2:metadatahttpendpoint": options?.httpEndpoint,
            "ec2:metadatahttpputresponsehoplimit": options.map { String($0.hopLimit) }, "ec2:metadatahttptokens": options?.httpTokens,
            "ec2:rootdevicetype": (image?.rootDeviceType ?? .ebs).rawValue, "ec2:tenancy": "default",
        ])
    }

    private func plannedInterface(of launch: LaunchRequest, in subnet: DefaultNetwork.Subnet?) -> PolicyResource {
        task("network-interface", "*").planned([
            "ec2:associatepublicipaddress": String(launch.interface.isPublic ?? true),
            "ec2:availabilityzone": subnet?.zone.name ?? launch.zone, "ec2:availabilityzoneid": subnet?.zone.id ?? launch.zoneID,
            "ec2:subnet": (subnet?.id.rawValue ?? launch.interface.subnet).map { networkPart(.subnet, $0).description },
            "ec2:vpc": networkPart(.vpc, network.vpc.rawValue).description,
        ])
    }

    private func plannedVolumes(
        of launch: LaunchRequest,
        _ source: (image: Image, snapshots: [SnapshotID: Snapshot])?,
        in subnet: DefaultNetwork.Subnet?
    ) async throws -> [PolicyResource] {
        let devices = source.flatMap { try? LaunchDevices(image: $0.image, snapshots: $0.snapshots).volumes(launch.devices) }
        guard let devices else {
            return [volume("*").planned(["ec2:availabilityzone": subnet?.zone.name ?? launch.zone])]
        }
        var volumes: [PolicyResource] = []
        for device in devices {
            let request = VolumeRequest(
                zone: subnet?.zone.name,
                snapshotID: device.snapshotID?.rawValue,
                shape: device.shape,
                encryption: device.encryption,
                initializationRate: device.initializationRate
            )
            volumes.append(try await plannedVolume(request, over: device.snapshotID.flatMap { source?.snapshots[$0] }))
        }
        return volumes
    }

    /// Nil for what the use case refuses, in the words that it has for that.
    private func unlessRefused<Value>(_ find: () async throws -> Value) async throws -> Value? {
        do { return try await find() } catch is Fault { return nil }
    }
}
