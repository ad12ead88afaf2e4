import Domain
import Services
import Wire

/// Describes what machines of the default VPC are told by DHCP.
struct DescribeDhcpOptions: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeDhcpOptions")]

    private let query: NetworkQuery

    init(from query: QueryReader) throws(RequestError) {
        self.query = try NetworkQuery(.dhcpOptions, ids: "DhcpOptionsId", from: query)
    }

    func run(in call: Call) async throws -> NetworkAnswer {
        NetworkAnswer(list: "dhcpOptionsSet", page: try await query.run(in: call)) { part, xml in
            xml.element("ownerId", part.network.account.rawValue)
            TagSet(tags: part.tags).write(to: &xml)
            xml.element("dhcpOptionsId", part.id.rawValue)
            xml.list("dhcpConfigurationSet", DHCPOption.all(of: part.network)) { xml, option in
                xml.element("key", option.key)
                xml.list("valueSet", [option]) { $0.element("value", $1.value) }
            }
        }
    }
}
