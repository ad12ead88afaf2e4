import API
import Domain
import Wire

/// What was deregistered and deleted and can still be brought back, in a Region or in all of them.
struct RecycleBinPage: Page {
    static let path = "{region}/recycle-bin"

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
        for region in regions {
            let place = Shown.place(region.rawValue, "recycle-bin")
            for (kind, action, list, id) in [
                ("Image", "ListImagesInRecycleBin", "imageSet", "imageId"),
                ("Snapshot", "ListSnapshotsInRecycleBin", "snapshotSet", "snapshotId"),
            ] {
                let field = kind.lowercased()
                let next = { Shown.place(place, [(field, $0)]) }
                // The next page of one of the two lists says nothing of the other.
                if visit.queries("image") + visit.queries("snapshot") != visit.queries(field) { continue }
                try await listing.read(region, "Listing the \(field)s in the Recycle Bin of \(region)", next: next) {
                    let token = visit.query(field)
                    let parameters = [("MaxResults", "\(Self.pageSize)")] + (token.isEmpty ? [] : [("NextToken", token)])
                    let found = try await visit.ec2(action, in: region, parameters)
                    rows += found.items(list).map { Self.row($0, kind, id, region) }
                    return found.text("nextToken")
                }
            }
        }
        var view = View(
            title: "Recycle Bin",
            template: "recycle-bin",
            values: [
                "rows": rows, "isEmpty": rows.isEmpty && listing.refusals.isEmpty,
                "restore": Shown.place(visit.parameter("region"), "recycle-bin"),
                "example": regions.first?.rawValue,
            ]
        )
        listing.tell(on: &view)
        view.section = "recycle-bin"
        view.region = visit.parameter("region")
        return view
    }

    private static func row(_ node: XMLNode, _ kind: String, _ id: String, _ region: Region) -> Values {
        let id = node.text(id) ?? ""
        return [
            "kind": kind, "id": id, "name": node.text("name"), "description": node.text("description"), "region": region.rawValue,
            "entered": Shown.time(node.text("recycleBinEnterTime")), "exits": Shown.time(node.text("recycleBinExitTime")),
            "what": "\(region)/\(id)",
        ]
    }

    func submit() async throws -> Reply {
        let parts = visit.field("what").split(separator: "/")
        guard parts.count == 2, let region = Region(rawValue: String(parts[0])), regions.contains(region) else { throw PageFault.notFound }
        let id = String(parts[1])
        if id.hasPrefix("ami-") {
            _ = try await visit.ec2("RestoreImageFromRecycleBin", in: region, [("ImageId", id)])
            return .redirect(to: Shown.place(Shown.place(region.rawValue, "images", id), [("notice", "restored")]))
        }
        _ = try await visit.ec2("RestoreSnapshotFromRecycleBin", in: region, [("SnapshotId", id)])
        return .redirect(to: Shown.place(Shown.place(region.rawValue, "snapshots", id), [("notice", "restored")]))
    }
}
