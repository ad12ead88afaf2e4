import Domain
import Services
import Wire

/// Makes a security group that lets everything out, and nothing in (docs/behaviour/network.md, "Security groups").
struct CreateSecurityGroup: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:CreateSecurityGroup") { action, call in
            let vpc = call.networkPart(.vpc, action.vpc ?? call.network.vpc.rawValue)
            return [call.securityGroup("*").planned(["ec2:vpc": vpc.description]), vpc]
        },
        .tagging(\.tags),
    ]

    private let name: String
    private let description: String
    private let vpc: String?
    private let tags: [TagSpecification]

    init(from query: QueryReader) throws(RequestError) {
        name = try query["GroupName"]
        description = try query["GroupDescription"]
        vpc = try query["VpcId"]
        tags = try query["TagSpecification"]
    }

    func run(in call: Call) async throws -> Answer {
        let tags = try tags.tags(forKinds: ["security-group"])["security-group"] ?? []
        return Answer(group: try await SecurityGroups(call).create(name, description: description, vpc: vpc, tags: tags))
    }

    struct Answer: XMLEncodable {
        let group: SecurityGroup

        func write(to xml: inout XMLWriter) {
            xml.element("groupId", group.id.rawValue)
            TagSet(tags: group.tags).write(to: &xml)
            xml.element("securityGroupArn", group.arn)
            // Of earlier versions of the API, whose clients look for it.
            xml.element("return", true)
        }
    }
}
