/// What the checks of a volume say (docs/behaviour/volumes.md, "Status").
package struct VolumeStatus: Sendable, Equatable {
    package let volume: VolumeID
    package let zone: AvailabilityZone
    /// `normal` where operations are provisioned, `not-applicable` elsewhere.
    package let performance: String
    package let instances: [InstanceID]

    package init(of volume: Volume) {
        self.volume = volume.id
        zone = volume.zone
        performance = volume.shape.type.takesIOPS ? "normal" : "not-applicable"
        instances = volume.attachments.map(\.instance)
    }

    /// Bytes are proven whenever they are read, so nothing is found out beside that.
    package let status = "ok"

    package var details: [(name: String, status: String)] { [("io-enabled", "passed"), ("io-performance", performance)] }

    package static func == (left: VolumeStatus, right: VolumeStatus) -> Bool {
        (left.volume, left.zone, left.performance, left.instances) == (right.volume, right.zone, right.performance, right.instances)
    }
}

extension VolumeStatus: Filterable {
    package static let filterNames: Set<String> = [
        "action.code", "action.description", "action.event-id", "availability-zone", "event.description", "event.event-id",
        "event.event-type", "event.not-after", "event.not-before", "volume-status.details-name", "volume-status.details-status",
        "volume-status.status",
    ]

    /// They have none of their own.
    package var tags: [Tag] { [] }

    package func texts(forFilter name: String) -> [String]? {
        switch name {
        case "availability-zone": [zone.name]
        case "volume-status.details-name": details.map(\.name)
        case "volume-status.details-status": details.map(\.status)
        case "volume-status.status": [status]
        // There are no events, so nothing is to be done about them.
        default: Self.filterNames.contains(name) ? [] : nil
        }
    }
}
