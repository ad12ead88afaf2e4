import Domain
import Foundation
import Wire

/// What has an id of EC2, as its pages and the forms that all of them share find it.
struct Resource {
    enum Kind {
        case image, snapshot, volume, instance

        /// As addresses and the navigation call them.
        var section: String {
            switch self {
            case .image: "images"
            case .snapshot: "snapshots"
            case .volume: "volumes"
            case .instance: "instances"
            }
        }
    }

    let kind: Kind
    let id: String
    let region: Region
    let node: XMLNode

    var name: String { node.text("name") ?? Shown.name(node) ?? id }
    var href: String { Shown.place(region.rawValue, kind.section, id) }

    var crumbs: [FormView.Link] {
        [.init(title: kind.section.capitalized, href: Shown.place("all", kind.section)), .init(title: id, href: href)]
    }
}

extension Visit {
    /// What the id in the path stands for.
    ///
    /// - Throws: `PageFault` where it is of no kind that has such a page; `CallRefusal`.
    func resource() async throws -> Resource {
        let (region, id) = (try region(), parameter("id"))
        let (kind, node): (Resource.Kind, XMLNode?) =
            switch id.prefix(while: { $0 != "-" }) {
            case "ami": (.image, try await image(id).node)
            case "snap": (.snapshot, try await ec2("DescribeSnapshots", in: region, [("SnapshotId.1", id)]).items("snapshotSet").first)
            case "vol": (.volume, try await ec2("DescribeVolumes", in: region, [("VolumeId.1", id)]).items("volumeSet").first)
            case "i":
                (
                    .instance,
                    InstanceOnPage.all(in: try await ec2("DescribeInstances", in: region, [("InstanceId.1", id)]), region).first?.node
                )
            default: throw PageFault.notFound
            }
        guard let node else { throw PageFault.notFound }
        return Resource(kind: kind, id: id, region: region, node: node)
    }
}
