import Domain
import Services
import Wire

/// Describes the internet gateway of the default VPC.
struct DescribeInternetGateways: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeInternetGateways")]

    private let query: NetworkQuery

    init(from query: QueryReader) throws(RequestError) {
        self.query = try NetworkQuery(.internetGateway, ids: "InternetGatewayId", from: query)
    }

    func run(in call: Call) async throws -> NetworkAnswer {
        NetworkAnswer(list: "internetGatewaySet", page: try await query.run(in: call)) { part, xml in
            xml.list("attachmentSet", [part.network.vpc.rawValue]) { xml, vpc in
                xml.element("state", "available")
                xml.element("vpcId", vpc)
            }
            xml.element("internetGatewayId", part.id.rawValue)
            xml.element("ownerId", part.network.account.rawValue)
            TagSet(tags: part.tags).write(to: &xml)
        }
    }
}
