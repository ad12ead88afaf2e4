import Foundation

extension Volume: Filterable {
    /// Every filter of DescribeVolumes (docs/behaviour/volumes.md, "Describing"), `tag:` ones aside.
    package static let filterNames: Set<String> = [
        "attachment.attach-time", "attachment.delete-on-termination", "attachment.device", "attachment.instance-id", "attachment.status",
        "availability-zone", "availability-zone-id", "create-time", "encrypted", "fast-restored", "multi-attach-enabled",
        "operator.managed", "operator.principal", "size", "snapshot-id", "status", "tag-key", "tag-value", "volume-id", "volume-type",
    ]

    /// One attachment must hold all of what is asked of attachments, as of a row.
    package func matchesAttachments(_ filters: [Filter]) -> Bool {
        let asked = filters.filter { $0.name.hasPrefix("attachment.") }
        return asked.isEmpty || attachments.contains { attachment in asked.allSatisfy { $0.matches(anyOf: [attachment.text($0.name)]) } }
    }

    package func texts(forFilter name: String) -> [String]? {
        if name.hasPrefix("attachment.") { return Self.filterNames.contains(name) ? attachments.map { $0.text(name) } : nil }
        return switch name {
        case "availability-zone": [zone.name]
        case "availability-zone-id": [zone.id]
        case "create-time": [ISO8601.text(createdAt)]
        case "encrypted": [String(encryption != nil)]
        // Every volume is whole at once, and none is managed by a service.
        case "fast-restored", "operator.managed": ["false"]
        case "multi-attach-enabled": [String(shape.isMultiAttachEnabled)]
        case "size": [String(shape.sizeGiB)]
        case "snapshot-id": [snapshotID?.rawValue].compactMap(\.self)
        case "status": [state.rawValue]
        case "volume-id": [id.rawValue]
        case "volume-type": [shape.type.rawValue]
        // Tags are matched before the fields are.
        case "operator.principal", "tag-key", "tag-value": []
        default: nil
        }
    }
}

extension VolumeAttachment {
    fileprivate func text(_ filter: String) -> String {
        switch filter {
        case "attachment.attach-time": ISO8601.text(attachedAt.wholeSeconds)
        case "attachment.delete-on-termination": String(deletesOnTermination)
        case "attachment.device": device
        case "attachment.instance-id": instance.rawValue
        default: state.told
        }
    }
}
