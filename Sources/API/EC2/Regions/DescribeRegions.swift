import Domain
import Services
import Wire

/// Lists the Regions that this server serves. Each one's endpoint is the server itself: the Region of a call is in its signature.
struct DescribeRegions: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeRegions")]

    private static let filterNames: Set<String> = ["endpoint", "opt-in-status", "region-name"]

    private let names: [String]
    private let filters: [Filter]

    init(from query: QueryReader) throws(RequestError) {
        names = try query["RegionName"]
        filters = try query.filters()
        // All Regions are opted in, so there are no others to add.
        let _: Bool? = try query["AllRegions"]
    }

    func run(in call: Call) async throws -> Answer {
        try FilterRules.check(filters, names: Self.filterNames)
        let regions = call.deployment.regions.keys.sorted()
        let known = Set(regions.map(\.rawValue))
        if let unknown = names.first(where: { !known.contains($0) }) {
            throw Fault(.invalidParameterValue, "Invalid region name: '\(unknown)'")
        }
        let items = regions.filter { names.isEmpty || names.contains($0.rawValue) }.map { Item(region: $0, endpoint: call.host) }
        return Answer(items: items.filter { item in filters.allSatisfy(item.matches) })
    }

    struct Item: Sendable {
        let region: Region
        let endpoint: String

        func matches(_ filter: Filter) -> Bool {
            switch filter.name {
            case "endpoint": filter.matches(anyOf: [endpoint])
            case "opt-in-status": filter.matches(anyOf: ["opt-in-not-required"])
            case "region-name": filter.matches(anyOf: [region.rawValue])
            default: false
            }
        }
    }

    struct Answer: XMLEncodable {
        let items: [Item]

        func write(to xml: inout XMLWriter) {
            xml.list("regionInfo", items) { xml, item in
                xml.element("regionName", item.region.rawValue)
                xml.element("regionEndpoint", item.endpoint)
                xml.element("optInStatus", "opt-in-not-required")
            }
        }
    }
}
