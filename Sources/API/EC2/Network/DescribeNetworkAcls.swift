import Domain
import Services
import Wire

/// Describes the network ACL of the default VPC, which lets everything pass.
struct DescribeNetworkAcls: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeNetworkAcls")]

    private let query: NetworkQuery

    init(from query: QueryReader) throws(RequestError) { self.query = try NetworkQuery(.networkACL, ids: "NetworkAclId", from: query) }

    func run(in call: Call) async throws -> NetworkAnswer {
        NetworkAnswer(list: "networkAclSet", page: try await query.run(in: call)) { part, xml in
            xml.list("associationSet", part.network.subnets) { xml, subnet in
                xml.element("networkAclAssociationId", part.network.association("aclassoc", of: subnet.id))
                xml.element("networkAclId", part.id.rawValue)
                xml.element("subnetId", subnet.id.rawValue)
            }
            let entries = [true, false].flatMap { isEgress in [(isEgress, "allow", 100), (isEgress, "deny", 32_767)] }
            xml.list("entrySet", entries) { xml, entry in
                xml.element("cidrBlock", "0.0.0.0/0")
                xml.element("egress", entry.0)
                xml.element("protocol", "-1")
                xml.element("ruleAction", entry.1)
                xml.element("ruleNumber", entry.2)
            }
            xml.element("default", true)
            xml.element("networkAclId", part.id.rawValue)
            TagSet(tags: part.tags).write(to: &xml)
            xml.element("vpcId", part.network.vpc.rawValue)
            xml.element("ownerId", part.network.account.rawValue)
        }
    }
}
