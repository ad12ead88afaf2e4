import API
import Client
import Domain
import Wire

/// Who else may use an image or a snapshot. As `ferry share` does, an image takes its snapshots along where that is wanted: nobody copies it without.
struct PermissionsPage: Page {
    static let path = "{region}/permissions/{id}"

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        let resource = try await shared()
        let partners = try await Self.partners(of: resource, visit)
        var view = View(
            title: "Permissions of \(resource.id)",
            template: "permissions",
            values: [
                "id": resource.id, "name": resource.name, "back": resource.href,
                "crumbs": resource.crumbs.map { ["title": $0.title, "href": $0.href] as Values },
                "partners": partners.map { ["value": $0, "title": $0 == "all" ? "Everybody" : $0] as Values },
                "isShared": !partners.isEmpty, "isImage": resource.kind == .image,
                "fields": Self.fields(visit, withSnapshots: resource.kind == .image).map(\.values),
            ]
        )
        view.section = resource.kind.section
        view.region = resource.region.rawValue
        return view
    }

    func submit() async throws -> Reply {
        let resource = try await shared()
        let isRemoving = !visit.field("remove").isEmpty
        let partner: SharingPartner
        if isRemoving {
            guard let removed = SharingPartner(visit.field("remove")) else { throw PageFault.notFound }
            partner = removed
        } else {
            partner = try Self.partner(visit)
        }
        let withSnapshots = visit.field("snapshots") == "on"
        switch resource.kind {
        case .image:
            let image = ImageOnPage(node: resource.node, region: resource.region.rawValue)
            try await Self.share(image, with: partner, removing: isRemoving, withSnapshots: withSnapshots, visit)
        default: try await Self.share(snapshot: resource.id, in: resource.region, with: partner, removing: isRemoving, visit)
        }
        let place = Shown.place(resource.region.rawValue, "permissions", resource.id)
        return .redirect(to: Shown.place(place, [("notice", isRemoving ? "unshared" : "shared")]))
    }

    private func shared() async throws -> Resource {
        let resource = try await visit.resource()
        guard [.image, .snapshot].contains(resource.kind) else { throw PageFault.notFound }
        return resource
    }

    /// With whom it is shared: `all`, accounts and ARNs.
    static func partners(of resource: Resource, _ visit: Visit) async throws -> [String] {
        let (action, id, attribute) =
            resource.kind == .image
            ? ("DescribeImageAttribute", "ImageId", "launchPermission")
            : ("DescribeSnapshotAttribute", "SnapshotId", "createVolumePermission")
        let found = try await visit.ec2(action, in: resource.region, [(id, resource.id), ("Attribute", attribute)])
        return found.items(attribute).compactMap {
            $0.text("userId") ?? $0.text("group") ?? $0.text("organizationArn") ?? $0.text("organizationalUnitArn")
        }
    }

    // What a list of images shares with as well.

    static func fields(_ visit: Visit, withSnapshots: Bool) -> [FormView.Field] {
        let hint = "An account of 12 digits, the ARN of an organization or of one of its units, or all for everybody."
        let partner = visit.field("partner", "Share with", hint: hint, isRequired: true, longest: 512)
        guard withSnapshots else { return [partner] }
        let label = "Share the snapshots too: an image is launched without, and copied only with them"
        return [partner, visit.field("snapshots", label, .check)]
    }

    static func partner(_ visit: Visit) throws -> SharingPartner {
        let text = visit.field("partner").filter { !$0.isWhitespace }
        guard let partner = SharingPartner(text) else {
            let message =
                "'\(text)' is nobody to share with: give an account of 12 digits, the ARN of an organization or of one of its units, or all."
            throw visit.refusal("InvalidParameterValue", message)
        }
        return partner
    }

    /// Snapshots come first: who sees the image can copy it then.
    static func share(_ image: ImageOnPage, with partner: SharingPartner, removing: Bool = false, withSnapshots: Bool, _ visit: Visit)
        async throws
    {
        guard let region = Region(rawValue: image.region) else { throw PageFault.notFound }
        if withSnapshots {
            for id in image.devices.compactMap({ $0["ebs"]?.text("snapshotId") }) {
                try await share(snapshot: id, in: region, with: partner, removing: removing, visit)
            }
        }
        let name = "LaunchPermission.\(removing ? "Remove" : "Add").1.\(partner.parameter.name)"
        _ = try await visit.ec2("ModifyImageAttribute", in: region, [("ImageId", image.id), (name, partner.parameter.value)])
    }

    static func share(snapshot id: String, in region: Region, with partner: SharingPartner, removing: Bool, _ visit: Visit) async throws {
        let name = "CreateVolumePermission.\(removing ? "Remove" : "Add").1.\(partner.parameter.name)"
        _ = try await visit.ec2("ModifySnapshotAttribute", in: region, [("SnapshotId", id), (name, partner.parameter.value)])
    }
}
