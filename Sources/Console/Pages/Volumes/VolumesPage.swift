import API
import Domain
import Wire

/// The volumes of a Region, or of all of them.
struct VolumesPage: Page {
    static let path = "{region}/volumes"

    private static let pageSize = 100

    private let visit: Visit
    private let regions: [Region]

    init(_ visit: Visit) throws {
        self.visit = visit
        regions = try visit.regions()
    }

    func show() async throws -> View {
        var volumes: [VolumeOnPage] = []
        var listing = RegionalListing()
        let (next, search) = (visit.query("next"), visit.query("search"))
        for region in regions {
            let place = Shown.place(region.rawValue, "volumes")
            let more = { Shown.place(place, [("search", search), ("next", $0)]) }
            try await listing.read(region, "Listing the volumes of \(region)", next: more) {
                do {
                    let found = try await visit.ec2("DescribeVolumes", in: region, parameters(search, next))
                    volumes += found.items("volumeSet").map { VolumeOnPage(node: $0, region: region.rawValue) }
                    return found.text("nextToken")
                } catch let refusal as CallRefusal where refusal.code.hasPrefix("InvalidVolume") {
                    // An id that is of another Region, or of none.
                    return nil
                }
            }
        }
        var view = View(
            title: "Volumes",
            template: "volumes",
            values: [
                "path": Shown.place(visit.parameter("region"), "volumes"), "search": search, "isFiltered": !search.isEmpty,
                "rows": volumes.map(\.row), "isEmpty": volumes.isEmpty && listing.refusals.isEmpty,
                "new": Shown.place((regions.count == 1 ? regions[0] : visit.console.regions[0]).rawValue, "new-volume"),
            ]
        )
        view.live = ["volume-rows"]
        view.isMoving = volumes.contains(where: \.isMoving)
        listing.tell(on: &view)
        view.section = "volumes"
        view.region = visit.parameter("region")
        return view
    }

    /// An id, a tag as `key=value`, or a part of a name.
    private func parameters(_ search: String, _ next: String) -> [(String, String)] {
        if search.hasPrefix("vol-") { return [("VolumeId.1", search)] }
        var parameters = [("MaxResults", "\(Self.pageSize)")]
        if let equals = search.firstIndex(of: "="), equals != search.startIndex {
            let value = String(search[search.index(after: equals)...])
            parameters += [("Filter.1.Name", "tag:\(search[..<equals])"), ("Filter.1.Value.1", value)]
        } else if !search.isEmpty {
            parameters += [("Filter.1.Name", "tag:Name"), ("Filter.1.Value.1", "*\(search)*")]
        }
        if !next.isEmpty { parameters.append(("NextToken", next)) }
        return parameters
    }
}
