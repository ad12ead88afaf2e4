import Domain
import Services
import Wire

/// Has rules of a security group say something else.
struct ModifySecurityGroupRules: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:ModifySecurityGroupRules") { action, call in
            [call.securityGroup(action.groupID)] + action.changes.map { call.securityGroupRule($0.id) }
        }
    ]

    private let groupID: String
    private let changes: [RuleChange]

    init(from query: QueryReader) throws(RequestError) {
        groupID = try query["GroupId"]
        changes = try query["SecurityGroupRule"]
        guard !changes.isEmpty else { throw .missing("SecurityGroupRule") }
    }

    func run(in call: Call) async throws -> XMLReturnTrue {
        if changes.contains(where: \.hasPrefixList) { throw PermissionParameters.prefixLists }
        try await SecurityGroups(call).modify(changes.map { ($0.id, $0.permission) }, of: groupID)
        return XMLReturnTrue()
    }
}

private struct RuleChange: QueryStructure {
    let id: String
    let permission: AskedPermission
    let hasPrefixList: Bool

    init(from query: QueryReader) throws(RequestError) {
        id = try query["SecurityGroupRuleId"]
        let name = "SecurityGroupRule"
        let (ipv4, ipv6): (String?, String?) = (try query["\(name).CidrIpv4"], try query["\(name).CidrIpv6"])
        let group: String? = try query["\(name).ReferencedGroupId"]
        let list: String? = try query["\(name).PrefixListId"]
        let description: String? = try query["\(name).Description"]
        let peers: [AskedPermission.Peer?] = [
            ipv4.map { .block($0, isIPv6: false) }, ipv6.map { .block($0, isIPv6: true) }, group.map { .group(.id($0)) },
        ]
        permission = AskedPermission(
            protocol: try query["\(name).IpProtocol"],
            from: try query["\(name).FromPort"],
            to: try query["\(name).ToPort"],
            peers: peers.compactMap(\.self).map { ($0, description) }
        )
        hasPrefixList = list != nil
    }
}
