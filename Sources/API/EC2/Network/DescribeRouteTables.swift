import Domain
import Services
import Wire

/// Describes the main route table of the default VPC.
struct DescribeRouteTables: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeRouteTables")]

    private let query: NetworkQuery

    init(from query: QueryReader) throws(RequestError) {
        self.query = try NetworkQuery(.routeTable, ids: "RouteTableId", 5...100, from: query)
    }

    func run(in call: Call) async throws -> NetworkAnswer {
        NetworkAnswer(list: "routeTableSet", page: try await query.run(in: call)) { part, xml in
            xml.list("associationSet", [part]) { xml, part in
                xml.element("main", true)
                xml.element("routeTableAssociationId", part.network.association("rtbassoc", of: part.id))
                xml.element("routeTableId", part.id.rawValue)
                xml.element("associationState") { $0.element("state", "associated") }
            }
            xml.list("propagatingVgwSet", [String]())
            xml.element("routeTableId", part.id.rawValue)
            let routes = [
                (DefaultNetwork.block, "local", "CreateRouteTable"),
                ("0.0.0.0/0", part.network.internetGateway.rawValue, "CreateRoute"),
            ]
            xml.list("routeSet", routes) { xml, route in
                xml.element("destinationCidrBlock", route.0)
                xml.element("gatewayId", route.1)
                xml.element("origin", route.2)
                xml.element("state", "active")
            }
            TagSet(tags: part.tags).write(to: &xml)
            xml.element("vpcId", part.network.vpc.rawValue)
            xml.element("ownerId", part.network.account.rawValue)
        }
    }
}
