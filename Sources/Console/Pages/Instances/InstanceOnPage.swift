import Domain
import Wire

/// An instance as DescribeInstances tells of it in a Region.
struct InstanceOnPage: Sendable {
    let node: XMLNode
    let region: String

    var id: String { node.text("instanceId") ?? "" }
    var state: String { node["instanceState"]?.text("name") ?? "" }
    var imageID: String { node.text("imageId") ?? "" }
    var isMoving: Bool { ["pending", "stopping", "shutting-down"].contains(state) }
    var href: String { Shown.place(region, "instances", id) }

    /// Those of an answer.
    static func all(in answer: XMLNode, _ region: Region) -> [InstanceOnPage] {
        answer.items("reservationSet").flatMap { $0.items("instancesSet") }.map { InstanceOnPage(node: $0, region: region.rawValue) }
    }

    var row: Values {
        [
            "id": id, "name": Shown.name(node), "region": region, "href": href, "state": Shown.state(state),
            "type": node.text("instanceType"), "image": imageID, "imageHref": Shown.place(region, "images", imageID),
            "address": node.text("ipAddress"), "privateAddress": node.text("privateIpAddress"),
            "launched": Shown.time(node.text("launchTime")),
        ]
    }
}
