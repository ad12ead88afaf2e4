import Domain
import Foundation
import GuestNetwork
import Machines
import Metadata

/// What the rows say of an instance and of what it consists of, read at once.
struct InstanceFacts: Sendable {
    let instance: Instance
    /// Those that it has, is given, or gives back.
    let volumes: [Volume]
    /// What an instance of an instance-store image has in place of a root volume.
    let disk: InstanceDisk?
    let groups: [SecurityGroup]
    let network: DefaultNetwork

    /// Nil when there is no such instance any more.
    static func read(_ id: InstanceID, in region: Region, _ transaction: Transaction) throws -> InstanceFacts? {
        guard let instance = try InstanceTable(transaction).instance(id) else { return nil }
        let network = DefaultNetwork(of: instance.owner, in: region)
        return InstanceFacts(
            instance: instance,
            volumes: try VolumeTable(transaction).volumes(of: id),
            disk: try InstanceDiskTable(transaction).disk(of: id),
            groups: try SecurityGroupTable(transaction, of: network).groups(instance.place.groups),
            network: network
        )
    }

    func attachment(of volume: Volume) -> VolumeAttachment? { volume.attachments.first { $0.instance == instance.id } }

    /// `ip-172-31-5-7`
    var hostname: String { "ip-" + instance.place.privateAddress.replacing(".", with: "-") }

    var ports: InstancePorts? { InstancePorts(groups.openPorts, at: instance.place.publicAddress) }

    var type: InstanceType? { InstanceType.named(instance.type) }
}

extension InstanceFacts {
    /// What the guest is served: its volumes, and its own disk.
    var diskIDs: [VolumeID] { volumes.map(\.id) + [disk?.id].compactMap(\.self) }

    /// What the machine is started with.
    ///
    /// - Parameter sockets: where the volumes and the disk are served.
    func description(_ sockets: [VolumeID: String]) throws -> MachineDescription {
        guard let type else { throw MachineError(.description, "There is no instance type \(instance.type).") }
        let slots = try InstanceDisks.slots(of: volumes.filter { sockets[$0.id] != nil }, beside: disk, of: instance)
        return try MachineDescription(
            instance: instance.id.rawValue,
            type: type.name,
            architecture: try MachineDescription.Architecture(instance.traits),
            bootMode: MachineDescription.BootMode(instance.traits, on: type),
            processors: type.vCPUs,
            memoryMiB: type.memoryMiB,
            hasTPM: instance.traits.tpmSupport != nil,
            disks: slots.map { id, slot in MachineDescription.Disk(volume: id.rawValue, socket: sockets[id] ?? "", slot: slot) },
            network: try identity
        )
    }

    /// Who the guest is on its network.
    var identity: GuestIdentity {
        get throws {
            let place = instance.place
            guard let mac = MACAddress(place.mac), let address = IPv4Address(place.privateAddress),
                let subnet = network.subnet(place.subnet), let gateway = IPv4Address("\(subnet.firstBytes).1")
            else { throw MachineError(.description, "The addresses of the machine \(instance.id) are none.") }
            return GuestIdentity(
                mac: mac,
                address: address,
                prefixLength: 20,
                gateway: gateway,
                hostname: hostname,
                domain: network.domainName
            )
        }
    }
}

extension MachineDescription.Architecture {
    /// What a machine for an image runs on.
    package init(_ traits: MachineTraits) throws {
        switch traits.architecture {
        case .i386, .amd64: self = .x86
        case .arm64: self = .arm64
        case .amd64Mac, .arm64Mac:
            throw MachineError(.description, "No machine of the architecture \(traits.architecture.rawValue) runs here.")
        }
    }
}

extension MachineDescription.BootMode {
    /// How an image boots on a type. One that would rather have UEFI goes without where its firmware is not installed.
    package init(_ traits: MachineTraits, on type: InstanceType) {
        switch type.bootMode(for: traits) {
        case .uefi: self = traits.bootMode == .uefiPreferred ? .uefiPreferred : .uefi
        case .legacyBIOS, .uefiPreferred, nil: self = .bios
        }
    }
}
