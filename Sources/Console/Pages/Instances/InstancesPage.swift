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
        regions = visit.parameter("region") == "all" ? visit.console.regions : [try visit.region()]
    }

    func show() async throws -> View {
        var instances: [InstanceOnPage] = []
        var refusals: [CallRefusal] = []
        var more: [Values] = []
        for region in regions {
            let next = visit.query("next")
            do {
                let found = try await visit.ec2(
                    "DescribeInstances",
                    in: region,
                    [("MaxResults", "\(Self.pageSize)")] + (next.isEmpty ? [] : [("NextToken", next)])
                )
                instances += InstanceOnPage.all(in: found, region)
                if let token = found.text("nextToken"), !token.isEmpty {
                    let place = Shown.place(region.rawValue, "instances")
                    more.append(["region": region.rawValue, "href": Shown.place(place, [("next", token)])])
                }
            } catch var refusal as CallRefusal {
                refusal.doing = "Listing the instances of \(region)"
                refusals.append(refusal)
            }
        }
        var view = View(
            title: "Instances",
            template: "instances",
            values: [
                "rows": instances.map(\.row), "isEmpty": instances.isEmpty && refusals.isEmpty, "more": more, "hasMore": !more.isEmpty,
            ]
        )
        view.live = ["instance-rows"]
        view.isMoving = instances.contains(where: \.isMoving)
        view.refusals = refusals
        view.section = "instances"
        view.region = visit.parameter("region")
        return view
    }
}
