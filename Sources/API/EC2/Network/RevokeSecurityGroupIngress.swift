import Domain
import Services
import Wire

/// Removes rules from a security group that let traffic in.
struct RevokeSecurityGroupIngress: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:RevokeSecurityGroupIngress") { [try await $1.securityGroup($0.removal.group)] }
    ]

    private let removal: RuleRemoval

    init(from query: QueryReader) throws(RequestError) { removal = try RuleRemoval(from: query, isEgress: false) }

    func run(in call: Call) async throws -> RuleRemoval.Answer { try await removal.run(in: call) }
}

/// Removes rules from a security group that let traffic out.
struct RevokeSecurityGroupEgress: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:RevokeSecurityGroupEgress") { [try await $1.securityGroup($0.removal.group)] }
    ]

    private let removal: RuleRemoval

    init(from query: QueryReader) throws(RequestError) { removal = try RuleRemoval(from: query, isEgress: true) }

    func run(in call: Call) async throws -> RuleRemoval.Answer { try await removal.run(in: call) }
}

/// What the two calls that remove rules share: by their ids, or by what they say.
struct RuleRemoval: Sendable {
    let group: SecurityGroupReference
    private let ids: [String]
    private let permissions: [AskedPermission]
    private let refusal: Fault?
    private let isEgress: Bool

    init(from query: QueryReader, isEgress: Bool) throws(RequestError) {
        ids = try query["SecurityGroupRuleId"]
        let asked = try PermissionParameters(from: query, isEgress: isEgress)
        group = try query.securityGroup()
        permissions = try ids.isEmpty ? asked.needed() : asked.permissions
        refusal = asked.refusal
        self.isEgress = isEgress
    }

    func run(in call: Call) async throws -> Answer {
        if let refusal { throw refusal }
        guard ids.isEmpty || permissions.isEmpty else {
            throw Fault(.invalidParameterCombination, "Rules are given by their ids or by their permissions, not by both")
        }
        let groups = SecurityGroups(call)
        let revocation =
            try await ids.isEmpty
            ? groups.revoke(permissions, isEgress: isEgress, of: group) : groups.revoke(ids, isEgress: isEgress, of: group)
        return Answer(revocation: revocation, network: call.network)
    }

    struct Answer: XMLEncodable {
        let revocation: SecurityGroups.Revocation
        let network: DefaultNetwork

        func write(to xml: inout XMLWriter) {
            xml.element("return", true)
            xml.list("unknownIpPermissionSet", revocation.unknown.map { PermissionItem(unknown: $0, account: network.account) })
            xml.list("revokedSecurityGroupRuleSet", revocation.revoked) { xml, rule in
                xml.element("securityGroupRuleId", rule.id.rawValue)
                xml.element("groupId", rule.group.rawValue)
                rule.writeContent(to: &xml)
                xml.element("referencedGroupId", rule.peer.group?.rawValue)
                xml.element("description", rule.description)
            }
        }
    }
}
