import Domain
import Foundation
import Services
import Wire

/// An image as DescribeImages tells of it in a Region.
struct ImageOnPage: Sendable {
    struct Source: Hashable, Sendable {
        let id: String
        let region: String
    }

    let node: XMLNode
    let region: String

    var id: String { node.text("imageId") ?? "" }
    var name: String { node.text("name") ?? "" }
    var state: String { node.text("imageState") ?? "" }
    var createdAt: String { node.text("creationDate") ?? "" }
    var owner: String { node.text("imageOwnerId") ?? "" }
    var isPublic: Bool { node.text("isPublic") == "true" }
    var isEncrypted: Bool { devices.contains { $0["ebs"]?.text("encrypted") == "true" } }
    var devices: [XMLNode] { node.items("blockDeviceMapping") }
    var href: String { Shown.place(region, "images", id) }

    var source: Source? {
        guard let id = node.text("sourceImageId"), let region = node.text("sourceImageRegion") else { return nil }
        return Source(id: id, region: region)
    }

    /// What has to be typed before it goes: the name, which says what does.
    var word: String { name.isEmpty ? id : name }

    /// Whether others' lists leave it out by now; it may be that it is to be deprecated later.
    var isDeprecated: Bool { node.text("deprecationTime").map { $0 <= ISO8601.text(.now) } ?? false }

    var sizeGiB: Int { devices.reduce(0) { $0 + ($1["ebs"]?.text("volumeSize").flatMap { Int($0) } ?? 0) } }

    /// - Parameter account: of who looks.
    func row(for account: String) -> Values {
        [
            "id": id, "name": name, "region": region, "href": href, "state": Shown.state(state),
            "isAvailable": state == "available",
            "visibility": isPublic ? "Public" : "Private", "owner": owner == account ? "me" : owner,
            "size": sizeGiB > 0 ? "\(sizeGiB) GiB" : nil, "created": Shown.time(createdAt), "isEncrypted": isEncrypted,
            "source": source.map { source -> Values in
                ["id": source.id, "region": source.region, "href": Shown.place(source.region, "images", source.id)]
            },
            "copy": Shown.place(region, "images", id, "copy"),
            "launch": Shown.place(region, "images", id, "launch"),
            "description": node.text("description"),
            "isDeprecated": isDeprecated,
        ]
    }
}

extension Visit {
    /// - Throws: `CallRefusal`; `InvalidAMIID.NotFound` for one that there is none of.
    func image(_ id: String) async throws -> ImageOnPage { try await image(id, in: try region()) }

    func image(_ id: String, in region: Region) async throws -> ImageOnPage {
        let found = try await ec2(
            "DescribeImages",
            in: region,
            [("ImageId.1", id), ("IncludeDisabled", "true"), ("IncludeDeprecated", "true")]
        )
        guard let node = found.items("imagesSet").first else { throw PageFault.notFound }
        return ImageOnPage(node: node, region: region.rawValue)
    }

    var account: String { signedIn?.key.principal.account.rawValue ?? "" }
}
