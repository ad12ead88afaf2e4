/// An instance with what it is described by beside its own: its volumes, and the names of the groups that it is in.
package struct InstanceDetail: Sendable, Equatable, Identifiable {
    package struct Group: Sendable, Hashable {
        package let id: SecurityGroupID
        package let name: String

        package init(id: SecurityGroupID, name: String) {
            self.id = id
            self.name = name
        }
    }

    package let instance: Instance
    /// In the order of their devices.
    package let attachments: [VolumeAttachment]
    /// In the order of their ids.
    package let groups: [Group]

    package init(instance: Instance, attachments: [VolumeAttachment], groups: [Group]) {
        self.instance = instance
        self.attachments = attachments.sorted { $0.device < $1.device }
        self.groups = groups
    }

    package var id: InstanceID { instance.id }
    package var type: InstanceType? { InstanceType.named(instance.type) }
    /// Whether it has its interface, with all that goes with that.
    package var hasInterface: Bool { instance.state != .terminated }

    /// The firmware that it boots with.
    package var bootMode: MachineTraits.BootMode? { type?.bootMode(for: instance.traits) }

    /// The guest's name in its network, of its address.
    package var privateName: String {
        guard hasInterface else { return "" }
        let network = DefaultNetwork(of: instance.owner, in: instance.place.zone.region)
        return "ip-\(instance.place.privateAddress.replacing(".", with: "-")).\(network.domainName)"
    }

    /// The id of what ties the interface to the instance.
    package var interfaceAttachment: String {
        "eni-attach-\(instance.place.interface.rawValue.dropFirst(NetworkInterfaceID.prefix.count + 1))"
    }
}

/// What one call has launched, as far as a page of a listing holds it.
package struct Reservation: Sendable {
    package let id: ReservationID
    package let owner: AccountID
    /// In the order of their launch indexes.
    package let instances: [InstanceDetail]

    /// Those of a listing, in its order.
    package static func grouping(_ instances: [InstanceDetail]) -> [Reservation] {
        var groups: [[InstanceDetail]] = []
        for instance in instances {
            if groups.last?.first?.instance.reservation == instance.instance.reservation {
                groups[groups.count - 1].append(instance)
            } else {
                groups.append([instance])
            }
        }
        return groups.compactMap { group in
            group.first.map { Reservation(id: $0.instance.reservation, owner: $0.instance.owner, instances: group) }
        }
    }
}
