import Domain
import Services
import Wire

/// Lists the network interfaces of the caller's instances: there are no others.
struct DescribeNetworkInterfaces: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeNetworkInterfaces")]

    private let query: InstanceQuery

    init(from reader: QueryReader) throws(RequestError) {
        query = try reader.instances(ids: "NetworkInterfaceId")
        // No service of AWS manages any.
        let _: Bool? = try reader["IncludeManagedResources"]
    }

    func run(in call: Call) async throws -> Answer { Answer(page: try await Instances(call).interfaces(query)) }

    struct Answer: XMLEncodable {
        let page: Page<NetworkInterface>

        func write(to xml: inout XMLWriter) {
            xml.list("networkInterfaceSet", page.elements) { InterfaceItem(interface: $1).write(to: &$0) }
            xml.element("nextToken", page.nextToken)
        }
    }
}
