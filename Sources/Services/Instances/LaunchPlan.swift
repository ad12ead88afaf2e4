import Domain
import Foundation
import Metadata

/// A launch that can be made: all is looked up and checked that needs no transaction.
struct LaunchPlan: Sendable {
    /// A volume of each instance.
    struct Device: Sendable {
        let name: String
        let plan: VolumePlan
        let deletesOnTermination: Bool
    }

    let request: LaunchRequest
    let call: Call
    let viewer: Viewer
    let image: Image
    let type: InstanceType
    let subnet: DefaultNetwork.Subnet
    let devices: [Device]
    let metadata: MetadataOptions
    let profile: IAMIdentity?
    let groupsMax: Int
    let vCPUsMax: Int
    let token: String?

    /// Writes instances with their volumes: as many as there is room for, within what was asked.
    func make(in transaction: Transaction) throws -> [InstanceDetail] {
        // It may have gone meanwhile.
        _ = try Instances.launchable(image.id, to: viewer, at: call.now, in: transaction)
        let network = call.network
        let groups = try SecurityGroups.ofInterface(
            ids: request.interface.groupIDs,
            names: request.interface.groupNames,
            atMost: groupsMax,
            in: SecurityGroups.table(of: network, in: transaction)
        )
        let key = try request.key.map { name in
            guard let pair = try KeyPairTable(transaction).keyPair(named: name, of: call.account) else { throw KeyPairs.notFound(name) }
            return pair
        }
        let count = try count(in: transaction)
        try call.store.machines.requireRoom(for: count, of: type, image.traits)
        let table = InstanceTable(transaction)
        var taken = try table.privateAddresses(of: network.vpc)
        let (reservation, groupIDs) = (ReservationID.random(), groups.map(\.id).sorted())
        let names = groups.map { InstanceDetail.Group(id: $0.id, name: $0.name) }.sorted { $0.id < $1.id }
        let made = try (0..<count).map { index in
            let instance = try instance(index, of: reservation, groupIDs, key, beside: &taken, in: transaction)
            try table.insert(instance)
            let tags = TagTable(transaction)
            try tags.set(request.tags, on: .instance(instance.id), by: call.account)
            try tags.set(request.interfaceTags, on: .networkInterface(instance.place.interface), by: call.account)
            if let bundle = image.bundle {
                let disk = InstanceDisk(id: .random(), instance: instance.id, image: image.id, owner: image.owner, bundle: bundle)
                try InstanceDiskTable(transaction).insert(disk)
            }
            let attachments = try attachVolumes(to: instance, in: transaction)
            return InstanceDetail(instance: instance, attachments: attachments, groups: names)
        }
        try ImageTable(transaction).setLastLaunched(image.id, at: call.now)
        return made
    }

    /// - Throws: `Fault` `VcpuLimitExceeded`.
    private func count(in transaction: Transaction) throws -> Int {
        let room = try (vCPUsMax - InstanceTable(transaction).vCPUs(of: call.account)) / type.vCPUs
        guard room >= request.counts.lowerBound else { throw Quota.tooManyVCPUs(vCPUsMax) }
        return min(room, request.counts.upperBound)
    }

    private func attachVolumes(to instance: Instance, in transaction: Transaction) throws -> [VolumeAttachment] {
        try devices.map { device in
            let volume = try Volumes.make(device.plan, at: call.now, in: transaction)
            return try Volumes.attach(
                volume.id,
                of: call.account,
                to: instance.id,
                in: subnet.zone,
                as: device.name,
                deletesOnTermination: device.deletesOnTermination,
                at: call.now,
                in: transaction
            )
        }
    }

    private func instance(
        _ index: Int,
        of reservation: ReservationID,
        _ groups: [SecurityGroupID],
        _ key: KeyPair?,
        beside taken: inout Set<String>,
        in transaction: Transaction
    ) throws -> Instance {
        let (id, interface) = (InstanceID.random(), NetworkInterfaceID.random())
        let isPublic = request.interface.isPublic ?? true
        let place = Instance.Place(
            zone: subnet.zone,
            subnet: subnet.id,
            vpc: call.network.vpc,
            interface: interface,
            interfaceDescription: request.interface.description,
            interfaceTags: request.interfaceTags,
            mac: InstanceAddresses.mac(of: interface),
            privateAddress: try privateAddress(for: id, beside: &taken),
            isPublic: isPublic,
            publicAddress: isPublic ? try Instances.publicAddress(for: id, at: call.now, in: call.region, transaction) : nil,
            groups: groups
        )
        return Instance(
            id: id,
            owner: call.account,
            reservation: reservation,
            launchIndex: index,
            clientToken: token,
            image: image.id,
            traits: image.traits,
            rootDeviceName: image.rootDeviceOfInstances,
            rootDeviceType: image.rootDeviceType,
            type: type.name,
            keyName: key?.name,
            publicKey: key?.authorizedKey,
            place: place,
            metadata: metadata,
            shutdownBehavior: request.shutdownBehavior,
            protections: request.protections,
            isMonitored: request.isMonitored,
            isEBSOptimized: request.isEBSOptimized ?? false,
            credits: request.credits ?? type.standardCredits,
            profile: profile?.arn(in: call.region.partition).description,
            profileID: profile?.id,
            profileAssociationID: profile.map { _ in ProfileAssociationID.random() },
            profileAssociatedAt: profile.map { _ in call.now },
            userData: request.userData,
            launchedAt: call.now,
            tags: request.tags
        )
    }

    private func privateAddress(for id: InstanceID, beside taken: inout Set<String>) throws -> String {
        guard let asked = request.interface.privateAddress else {
            return try Instances.privateAddress(for: id, in: subnet, beside: &taken)
        }
        guard InstanceAddresses.isUsable(asked, in: subnet) else {
            throw Fault(.invalidParameterValue, "Address \(asked.prefix(64)) does not fall within the subnet's address range")
        }
        guard taken.insert(asked).inserted else { throw Fault(.invalidIPAddressInUse, "Address \(asked) is in use.") }
        return asked
    }
}
