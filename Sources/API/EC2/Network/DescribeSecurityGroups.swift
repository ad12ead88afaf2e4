import Domain
import Services
import Wire

/// Lists the caller's security groups with their rules.
struct DescribeSecurityGroups: EC2Listing {
    static let permissions = [Permission<Self>("ec2:DescribeSecurityGroups")]

    static let list = "securityGroupInfo"

    private let query: SecurityGroups.Query

    init(from reader: QueryReader) throws(RequestError) {
        var query = SecurityGroups.Query()
        query.ids = try reader["GroupId"]
        query.names = try reader["GroupName"]
        query.filters = try reader.filters()
        query.page = try reader.page()
        self.query = query
    }

    var isSentInPages: Bool { query.ids.isEmpty && query.names.isEmpty && query.page.maxResults == nil }

    func page(of size: Int?, after nextToken: String?, in call: Call) async throws -> Page<SecurityGroup> {
        var query = query
        query.page = query.page.part(of: size, after: nextToken)
        return try await SecurityGroups(call).describe(query)
    }

    static func write(_ group: SecurityGroup, to xml: inout XMLWriter) {
        xml.element("groupId", group.id.rawValue)
        xml.list("ipPermissionsEgress", PermissionItem.items(of: group.rules(isEgress: true)))
        TagSet(tags: group.tags).write(to: &xml)
        xml.element("vpcId", group.network.vpc.rawValue)
        xml.element("securityGroupArn", group.arn)
        xml.element("ownerId", group.account.rawValue)
        xml.element("groupName", group.name)
        xml.element("groupDescription", group.description)
        xml.list("ipPermissions", PermissionItem.items(of: group.rules(isEgress: false)))
    }
}
