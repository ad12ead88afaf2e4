import API
import Client
import Domain
import Wire

/// One snapshot: what it is, what was made of it, and what can be done with it.
struct SnapshotPage: Page {
    static let path = "{region}/snapshots/{id}"

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        let resource = try await visit.resource()
        guard resource.kind == .snapshot else { throw PageFault.notFound }
        let (node, region) = (resource.node, resource.region)
        let isOwn = node.text("ownerId") == visit.account
        let state = node.text("status") ?? ""
        let lock = isOwn ? await lock(of: resource) : nil
        let partners = isOwn ? (try? await PermissionsPage.partners(of: resource, visit)) ?? [] : []
        let images = await images(of: resource)
        let volumes = await volumes(of: resource)
        var view = View(
            title: Shown.name(node) ?? resource.id,
            template: "snapshot",
            values: [
                "snapshot": SnapshotsPage.row(node, region),
                "details": details(resource, lock),
                "tags": Shown.tags(node), "hasTags": !node.items("tagSet").isEmpty,
                "tagsHref": isOwn ? Shown.place(region.rawValue, "tags", resource.id) : nil,
                "isOwn": isOwn, "isCompleted": state == "completed",
                "acts": SnapshotActPage.Act.possible(for: node, isOwn: isOwn, isLocked: lock != nil).map {
                    ["title": $0.title, "href": Shown.place(region.rawValue, "snapshots", resource.id, $0.rawValue)] as Values
                },
                "volumeHref": Shown.place(Shown.place(region.rawValue, "new-volume"), [("snapshot", resource.id)]),
                "downloadHref": Shown.place(region.rawValue, "snapshots", resource.id, "raw"),
                "permissions": partners.map { ["who": $0 == "all" ? "Everybody" : $0] as Values }, "isShared": !partners.isEmpty,
                "permissionsHref": Shown.place(region.rawValue, "permissions", resource.id),
                "images": images, "hasImages": !images.isEmpty, "volumes": volumes, "hasVolumes": !volumes.isEmpty,
                "command": "ferry pull \(resource.id) --region \(region) disk.img",
            ]
        )
        view.live = ["snapshot-state"]
        view.isMoving = state == "pending"
        view.section = "snapshots"
        view.region = region.rawValue
        return view
    }

    private func details(_ resource: Resource, _ lock: XMLNode?) -> [Values] {
        let node = resource.node
        let held = node.text("fullSnapshotSizeInBytes").flatMap { Int64($0) }.map(ByteText.size)
        let rows: [(String, String?)] = [
            ("Snapshot ID", resource.id), ("Description", node.text("description")), ("Owner account ID", node.text("ownerId")),
            ("Volume ID", node.text("volumeId")), ("Size", node.text("volumeSize").map { "\($0) GiB" }), ("Holds", held),
            ("Encryption", node.text("encrypted") == "true" ? "Encrypted" : "Not encrypted"), ("KMS key", node.text("kmsKeyId")),
            ("Storage tier", node.text("storageTier")), ("Lock", lock?.text("lockState")),
        ]
        var details = rows.compactMap { name, value -> Values? in
            guard let value, !value.isEmpty else { return nil }
            return ["name": name, "value": value, "time": nil]
        }
        let times = [
            ("Started", node.text("startTime")), ("Completed", node.text("completionTime")), ("Lock expires", lock?.text("lockExpiresOn")),
        ]
        for (name, text) in times {
            if let time = Shown.time(text) { details.append(["name": name, "value": nil, "time": time]) }
        }
        return details
    }

    /// Nil where there is none, or it may not be seen.
    private func lock(of resource: Resource) async -> XMLNode? {
        let found = try? await visit.ec2("DescribeLockedSnapshots", in: resource.region, [("SnapshotId.1", resource.id)])
        return found?.items("snapshotSet").first { $0.text("lockState") != "expired" }
    }

    private func images(of resource: Resource) async -> [Values] {
        let filter = [("IncludeDisabled", "true"), ("MaxResults", "100"), ("Filter.1.Name", "block-device-mapping.snapshot-id")]
        let found = try? await visit.ec2("DescribeImages", in: resource.region, filter + [("Filter.1.Value.1", resource.id)])
        return (found?.items("imagesSet") ?? []).map { ImageOnPage(node: $0, region: resource.region.rawValue).row(for: visit.account) }
    }

    private func volumes(of resource: Resource) async -> [Values] {
        let filter = [("MaxResults", "100"), ("Filter.1.Name", "snapshot-id"), ("Filter.1.Value.1", resource.id)]
        let found = try? await visit.ec2("DescribeVolumes", in: resource.region, filter)
        return (found?.items("volumeSet") ?? []).map { VolumeOnPage(node: $0, region: resource.region.rawValue).row }
    }
}
