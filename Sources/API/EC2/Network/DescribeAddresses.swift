import Domain
import Services
import Wire

/// Lists Elastic IP addresses, of which there are none.
struct DescribeAddresses: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeAddresses")]

    private let addresses: [String]
    private let allocations: [String]
    private let filters: [Filter]

    init(from query: QueryReader) throws(RequestError) {
        addresses = try query["PublicIp"]
        allocations = try query["AllocationId"]
        filters = try query.filters()
    }

    func run(in call: Call) async throws -> Answer {
        try DefaultNetworks(call).describeAddresses(addresses, allocations: allocations, filters: filters)
        return Answer()
    }

    struct Answer: XMLEncodable {
        func write(to xml: inout XMLWriter) { xml.list("addressesSet", [String]()) }
    }
}
