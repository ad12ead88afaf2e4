/// What the checks of an instance say: of one that runs, that all is well (docs/behaviour/instances.md, "Describing").
package struct InstanceStatus: Sendable, Equatable, Identifiable {
    package let instance: Instance

    package init(of instance: Instance) { self.instance = instance }

    package var id: InstanceID { instance.id }
    package var summary: String { instance.state == .running ? "ok" : "not-applicable" }
    /// Nil where nothing is checked.
    package var reachability: String? { instance.state == .running ? "passed" : nil }
}

extension InstanceStatus: Filterable {
    package static let filterNames: Set<String> = [
        "attached-ebs-status.status", "availability-zone", "availability-zone-id", "event.code", "event.description",
        "event.instance-event-id", "event.not-after", "event.not-before", "event.not-before-deadline", "instance-state-code",
        "instance-state-name", "instance-status.reachability", "instance-status.status", "operator.managed", "operator.principal",
        "system-status.reachability", "system-status.status", "tag-key", "tag-value",
    ]

    package var tags: [Tag] { instance.tags }

    package func texts(forFilter name: String) -> [String]? {
        switch name {
        case "availability-zone": [instance.place.zone.name]
        case "availability-zone-id": [instance.place.zone.id]
        case "instance-state-code": [String(instance.state.code)]
        case "instance-state-name": [instance.state.rawValue]
        case "attached-ebs-status.status", "instance-status.status", "system-status.status": [summary]
        case "instance-status.reachability", "system-status.reachability": [reachability].compactMap(\.self)
        case "operator.managed": ["false"]
        // No events are planned.
        default: Self.filterNames.contains(name) ? [] : nil
        }
    }
}
