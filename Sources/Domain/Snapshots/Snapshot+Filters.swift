import Foundation

extension Snapshot: Filterable {
    /// Every filter of DescribeSnapshots (docs/behaviour/snapshots.md, "Snapshot filters"), `tag:` ones aside.
    package static let filterNames: Set<String> = [
        "description", "encrypted", "owner-alias", "owner-id", "progress", "snapshot-id", "start-time", "status", "storage-tier",
        "transfer-type", "volume-id", "volume-size", "tag-key", "tag-value",
    ]

    package func texts(forFilter name: String) -> [String]? {
        switch name {
        case "description": [description]
        case "encrypted": [String(encryption != nil)]
        case "owner-id": [owner.rawValue]
        case "progress": ["\(progressPercent)%"]
        case "snapshot-id": [id.rawValue]
        case "start-time": [ISO8601.text(startedAt)]
        case "status": [state.rawValue]
        case "storage-tier": [tier.rawValue]
        case "transfer-type": [transferType?.rawValue].compactMap(\.self)
        case "volume-id": [volumeID]
        case "volume-size": [String(sizeGiB)]
        // The owner has no alias, and tags are matched before the fields are.
        case "owner-alias", "tag-key", "tag-value": []
        default: nil
        }
    }
}
