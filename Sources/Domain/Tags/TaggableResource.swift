/// A resource that carries tags, and the name of its kind in DescribeTags and TagSpecification.
package enum TaggableResource: Hashable, Sendable {
    case image(ImageID)
    case snapshot(SnapshotID)

    package init?(id: String) {
        if let image = ImageID(rawValue: id) {
            self = .image(image)
        } else if let snapshot = SnapshotID(rawValue: id) {
            self = .snapshot(snapshot)
        } else {
            return nil
        }
    }

    package var id: String {
        switch self {
        case .image(let id): id.rawValue
        case .snapshot(let id): id.rawValue
        }
    }

    package var kind: String {
        switch self {
        case .image: "image"
        case .snapshot: "snapshot"
        }
    }
}
