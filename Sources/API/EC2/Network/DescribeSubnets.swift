import Domain
import Services
import Wire

/// Describes the subnets of the default VPC, one for each zone.
struct DescribeSubnets: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeSubnets")]

    private let query: NetworkQuery

    init(from query: QueryReader) throws(RequestError) { self.query = try NetworkQuery(.subnet, ids: "SubnetId", from: query) }

    func run(in call: Call) async throws -> NetworkAnswer {
        NetworkAnswer(list: "subnetSet", page: try await query.run(in: call)) { part, xml in
            guard let subnet = part.subnet else { return }
            xml.element("availabilityZoneId", subnet.zone.id)
            xml.element("mapCustomerOwnedIpOnLaunch", false)
            xml.element("ownerId", part.network.account.rawValue)
            xml.element("assignIpv6AddressOnCreation", false)
            xml.list("ipv6CidrBlockAssociationSet", [String]())
            TagSet(tags: part.tags).write(to: &xml)
            xml.element("subnetArn", part.arn)
            xml.element("enableDns64", false)
            xml.element("ipv6Native", false)
            xml.element("privateDnsNameOptionsOnLaunch") { xml in
                xml.element("hostnameType", "ip-name")
                xml.element("enableResourceNameDnsARecord", false)
                xml.element("enableResourceNameDnsAAAARecord", false)
            }
            xml.element("blockPublicAccessStates") { $0.element("internetGatewayBlockMode", "off") }
            xml.element("subnetId", subnet.id.rawValue)
            xml.element("state", "available")
            xml.element("vpcId", part.network.vpc.rawValue)
            xml.element("cidrBlock", subnet.block)
            xml.element("availableIpAddressCount", part.freeAddresses)
            xml.element("availabilityZone", subnet.zone.name)
            xml.element("defaultForAz", true)
            xml.element("mapPublicIpOnLaunch", true)
        }
    }
}
