import Wire

/// A volume as DescribeVolumes tells of it in a Region.
struct VolumeOnPage: Sendable {
    let node: XMLNode
    let region: String

    var id: String { node.text("volumeId") ?? "" }
    var state: String { node.text("status") ?? "" }
    var attachments: [XMLNode] { node.items("attachmentSet") }
    var isMoving: Bool {
        ["creating", "deleting"].contains(state) || attachments.contains { ["attaching", "detaching"].contains($0.text("status")) }
    }
    var href: String { Shown.place(region, "volumes", id) }

    var row: Values {
        let snapshot = node.text("snapshotId").flatMap { $0.isEmpty ? nil : $0 }
        return [
            "id": id, "name": Shown.name(node), "region": region, "href": href, "state": Shown.state(state),
            "size": node.text("size").map { "\($0) GiB" }, "type": node.text("volumeType"), "zone": node.text("availabilityZone"),
            "encrypted": node.text("encrypted") == "true" ? "Encrypted" : "Not encrypted",
            "created": Shown.time(node.text("createTime")), "snapshot": snapshot,
            "snapshotHref": snapshot.map { Shown.place(region, "snapshots", $0) },
            "attachments": attachments.map { attachment -> Values in
                let instance = attachment.text("instanceId") ?? ""
                return [
                    "instance": instance, "href": Shown.place(region, "instances", instance), "device": attachment.text("device"),
                    "state": Shown.state(attachment.text("status") ?? ""), "since": Shown.time(attachment.text("attachTime")),
                ]
            },
            "isAttached": !attachments.isEmpty,
        ]
    }
}

extension Visit {
    /// The volume in the path.
    func volume() async throws -> VolumeOnPage {
        let found = try await ec2("DescribeVolumes", in: try region(), [("VolumeId.1", parameter("id"))])
        guard let node = found.items("volumeSet").first else { throw PageFault.notFound }
        return VolumeOnPage(node: node, region: parameter("region"))
    }
}
