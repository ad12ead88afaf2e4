import Domain
import Services
import Wire

/// Describes the default VPC (docs/behaviour/network.md, "The default network").
struct DescribeVpcs: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeVpcs")]

    private let query: NetworkQuery

    init(from query: QueryReader) throws(RequestError) { self.query = try NetworkQuery(.vpc, ids: "VpcId", from: query) }

    func run(in call: Call) async throws -> NetworkAnswer {
        NetworkAnswer(list: "vpcSet", page: try await query.run(in: call)) { part, xml in
            let network = part.network
            xml.element("ownerId", network.account.rawValue)
            xml.element("instanceTenancy", "default")
            xml.list("ipv6CidrBlockAssociationSet", [String]())
            xml.list("cidrBlockAssociationSet", [part]) { xml, part in
                xml.element("associationId", network.association("vpc-cidr-assoc", of: part.id))
                xml.element("cidrBlock", DefaultNetwork.block)
                xml.element("cidrBlockState") { $0.element("state", "associated") }
            }
            xml.element("isDefault", true)
            TagSet(tags: part.tags).write(to: &xml)
            xml.element("blockPublicAccessStates") { $0.element("internetGatewayBlockMode", "off") }
            xml.element("vpcId", part.id.rawValue)
            xml.element("state", "available")
            xml.element("cidrBlock", DefaultNetwork.block)
            xml.element("dhcpOptionsId", network.dhcpOptions.rawValue)
        }
    }
}
