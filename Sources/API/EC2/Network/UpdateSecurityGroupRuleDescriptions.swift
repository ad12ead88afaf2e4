import Domain
import Services
import Wire

/// Describes rules anew that let traffic in.
struct UpdateSecurityGroupRuleDescriptionsIngress: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:UpdateSecurityGroupRuleDescriptionsIngress") { [try await $1.securityGroup($0.update.group)] }
    ]

    private let update: RuleDescriptions

    init(from query: QueryReader) throws(RequestError) { update = try RuleDescriptions(from: query, isEgress: false) }

    func run(in call: Call) async throws -> XMLReturnTrue { try await update.run(in: call) }
}

/// Describes rules anew that let traffic out.
struct UpdateSecurityGroupRuleDescriptionsEgress: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:UpdateSecurityGroupRuleDescriptionsEgress") { [try await $1.securityGroup($0.update.group)] }
    ]

    private let update: RuleDescriptions

    init(from query: QueryReader) throws(RequestError) { update = try RuleDescriptions(from: query, isEgress: true) }

    func run(in call: Call) async throws -> XMLReturnTrue { try await update.run(in: call) }
}

/// What the two calls share: rules by their ids, or by what they say.
private struct RuleDescriptions: Sendable {
    let group: SecurityGroupReference
    private let permissions: PermissionList
    private let byID: [DescriptionParameter]
    private let isEgress: Bool

    init(from query: QueryReader, isEgress: Bool) throws(RequestError) {
        group = try query.securityGroup()
        permissions = try PermissionList(from: query)
        byID = try query["SecurityGroupRuleDescription"]
        guard !permissions.isEmpty || !byID.isEmpty else { throw .missing("IpPermissions or SecurityGroupRuleDescriptions") }
        self.isEgress = isEgress
    }

    func run(in call: Call) async throws -> XMLReturnTrue {
        if let refusal = permissions.refusal { throw refusal }
        guard permissions.isEmpty || byID.isEmpty else {
            throw Fault(.invalidParameterCombination, "Rules are given by their ids or by their permissions, not by both")
        }
        let groups = SecurityGroups(call)
        if byID.isEmpty {
            try await groups.setDescriptions(permissions.permissions, isEgress: isEgress, of: group)
        } else {
            try await groups.setDescriptions(byID.map { ($0.id, $0.description) }, isEgress: isEgress, of: group)
        }
        return XMLReturnTrue()
    }
}

private struct DescriptionParameter: QueryStructure {
    let id: String
    let description: String?

    init(from query: QueryReader) throws(RequestError) {
        id = try query["SecurityGroupRuleId"]
        description = try query["Description"]
    }
}
