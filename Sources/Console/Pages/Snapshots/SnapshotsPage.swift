import API
import Domain
import Wire

/// The snapshots of a Region, or of all of them.
struct SnapshotsPage: Page {
    static let path = "{region}/snapshots"

    private static let pageSize = 100

    private let visit: Visit
    private let regions: [Region]

    init(_ visit: Visit) throws {
        self.visit = visit
        regions = try visit.regions()
    }

    func show() async throws -> View {
        var rows: [Values] = []
        var listing = RegionalListing()
        var isMoving = false
        let search = visit.query("search")
        for region in regions {
            let place = Shown.place(region.rawValue, "snapshots")
            try await listing.read(region, "Listing the snapshots of \(region)", next: { Shown.place(place, [("next", $0)]) }) {
                do {
                    let found = try await visit.ec2("DescribeSnapshots", in: region, parameters(search))
                    for node in found.items("snapshotSet") {
                        rows.append(Self.row(node, region))
                        isMoving = isMoving || node.text("status") == "pending"
                    }
                    return found.text("nextToken")
                } catch let refusal as CallRefusal where refusal.code.hasPrefix("InvalidSnapshot") {
                    // An id that is of another Region, or of none.
                    return nil
                }
            }
        }
        var view = View(
            title: "Snapshots",
            template: "snapshots",
            values: [
                "path": Shown.place(visit.parameter("region"), "snapshots"), "search": search,
                "rows": rows, "isEmpty": rows.isEmpty && listing.refusals.isEmpty, "isFiltered": !search.isEmpty,
            ]
        )
        view.live = ["snapshot-rows"]
        view.isMoving = isMoving
        listing.tell(on: &view)
        view.section = "snapshots"
        view.region = visit.parameter("region")
        return view
    }

    private func parameters(_ search: String) -> [(String, String)] {
        if search.hasPrefix("snap-") { return [("SnapshotId.1", search)] }
        var parameters = [("Owner.1", "self"), ("MaxResults", "\(Self.pageSize)")]
        if !search.isEmpty { parameters += [("Filter.1.Name", "description"), ("Filter.1.Value.1", "*\(search)*")] }
        let next = visit.query("next")
        if !next.isEmpty { parameters.append(("NextToken", next)) }
        return parameters
    }

    static func row(_ node: XMLNode, _ region: Region) -> Values {
        [
            "id": node.text("snapshotId"), "href": Shown.place(region.rawValue, "snapshots", node.text("snapshotId") ?? ""),
            "name": Shown.name(node), "region": region.rawValue,
            "state": Shown.state(node.text("status") ?? ""), "progress": node.text("progress"),
            "size": node.text("volumeSize").map { "\($0) GiB" }, "description": node.text("description"),
            "encrypted": node.text("encrypted") == "true" ? "Encrypted" : "Not encrypted", "started": Shown.time(node.text("startTime")),
        ]
    }
}
