import API
import Domain
import Wire

/// One volume, and what can be done with it.
struct VolumePage: Page {
    static let path = "{region}/volumes/{id}"

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        let volume = try await visit.volume()
        let node = volume.node
        let change = await modification(of: volume)
        var view = View(
            title: Shown.name(node) ?? volume.id,
            template: "volume",
            values: [
                "volume": volume.row, "tags": Shown.tags(node), "hasTags": !node.items("tagSet").isEmpty,
                "tagsHref": Shown.place(volume.region, "tags", volume.id),
                "iops": node.text("iops"), "throughput": node.text("throughput").map { "\($0) MiB/s" }, "key": node.text("kmsKeyId"),
                "isMultiAttach": node.text("multiAttachEnabled") == "true",
                "change": change?.values,
                "acts": VolumeActPage.Act.possible(for: volume).map {
                    ["title": $0.title, "href": Shown.place(volume.region, "volumes", volume.id, $0.rawValue)] as Values
                },
            ]
        )
        view.live = ["volume-state"]
        view.isMoving = volume.isMoving || change?.isMoving == true
        view.section = "volumes"
        view.region = volume.region
        return view
    }

    private struct Change {
        let state: String
        let percent: String

        var isMoving: Bool { ["modifying", "optimizing"].contains(state) }
        var values: Values { ["state": state, "percent": percent] }
    }

    /// The last change of its size or type; nil where there was none.
    private func modification(of volume: VolumeOnPage) async -> Change? {
        guard let region = try? visit.region(),
            let found = try? await visit.ec2("DescribeVolumesModifications", in: region, [("VolumeId.1", volume.id)]),
            let node = found.items("volumeModificationSet").first
        else { return nil }
        return Change(state: node.text("modificationState") ?? "", percent: node.text("progress") ?? "0")
    }
}
