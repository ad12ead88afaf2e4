import Domain
import Services
import Wire

/// Lists network interfaces. There are none without instances.
struct DescribeNetworkInterfaces: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeNetworkInterfaces")]

    private let ids: [String]
    private let filters: [Filter]
    private let page: PageRequest

    init(from query: QueryReader) throws(RequestError) {
        ids = try query["NetworkInterfaceId"]
        filters = try query.filters()
        page = try query.page()
        // No service of AWS manages any.
        let _: Bool? = try query["IncludeManagedResources"]
    }

    func run(in call: Call) async throws -> Answer {
        try await DefaultNetworks(call).describeInterfaces(ids: ids, filters: filters, page: page)
        return Answer()
    }

    struct Answer: XMLEncodable {
        func write(to xml: inout XMLWriter) { xml.list("networkInterfaceSet", [String]()) }
    }
}
