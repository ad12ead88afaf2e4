import Domain
import Services
import Wire

/// Tells one attribute of the default VPC.
struct DescribeVpcAttribute: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeVpcAttribute") { [$1.networkPart(.vpc, $0.vpc)] }]

    /// The attributes and what a default VPC has of them.
    private static let attributes = ["enableDnsSupport": true, "enableDnsHostnames": true, "enableNetworkAddressUsageMetrics": false]

    private let vpc: String
    private let attribute: String

    init(from query: QueryReader) throws(RequestError) {
        vpc = try query["VpcId"]
        attribute = try query["Attribute"]
        guard Self.attributes[attribute] != nil else {
            throw .invalid("Attribute", attribute, "Expecting one of: \(Self.attributes.keys.sorted().joined(separator: ", "))")
        }
    }

    func run(in call: Call) async throws -> Answer {
        try call.network.requireVPC(vpc)
        return Answer(vpc: vpc, attribute: attribute, value: Self.attributes[attribute] ?? false)
    }

    struct Answer: XMLEncodable {
        let vpc: String
        let attribute: String
        let value: Bool

        func write(to xml: inout XMLWriter) {
            xml.element(attribute) { $0.element("value", value) }
            xml.element("vpcId", vpc)
        }
    }
}
