import API
import Domain
import Wire

/// The instances of a Region, or of all of them.
struct InstancesPage: Page {
    static let path = "{region}/instances"

    private static let pageSize = 200

    private let visit: Visit
    private let regions: [Region]

    init(_ visit: Visit) throws {
        self.visit = visit
        regions = try visit.regions()
    }

    func show() async throws -> View {
        var instances: [InstanceOnPage] = []
        var listing = RegionalListing()
        let next = visit.query("next")
        for region in regions {
            let place = Shown.place(region.rawValue, "instances")
            try await listing.read(region, "Listing the instances of \(region)", next: { Shown.place(place, [("next", $0)]) }) {
                let found = try await visit.ec2(
                    "DescribeInstances",
                    in: region,
                    [("MaxResults", "\(Self.pageSize)")] + (next.isEmpty ? [] : [("NextToken", next)])
                )
                instances += InstanceOnPage.all(in: found, region)
                return found.text("nextToken")
            }
        }
        var view = View(
            title: "Instances",
            template: "instances",
            values: [
                "rows": instances.map(\.row), "isEmpty": instances.isEmpty && listing.refusals.isEmpty,
            ]
        )
        view.live = ["instance-rows"]
        view.isMoving = instances.contains(where: \.isMoving)
        listing.tell(on: &view)
        view.section = "instances"
        view.region = visit.parameter("region")
        return view
    }
}
