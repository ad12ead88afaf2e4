import Domain
import Services
import Wire

/// Adds rules to a security group that let traffic in.
struct AuthorizeSecurityGroupIngress: EC2Action {
    static let permissions = RuleAddition.permissions("ec2:AuthorizeSecurityGroupIngress", \Self.addition)

    private let addition: RuleAddition

    init(from query: QueryReader) throws(RequestError) { addition = try RuleAddition(from: query, isEgress: false) }

    func run(in call: Call) async throws -> RuleAddition.Answer { try await addition.run(in: call) }
}

/// Adds rules to a security group that let traffic out.
struct AuthorizeSecurityGroupEgress: EC2Action {
    static let permissions = RuleAddition.permissions("ec2:AuthorizeSecurityGroupEgress", \Self.addition)

    private let addition: RuleAddition

    init(from query: QueryReader) throws(RequestError) { addition = try RuleAddition(from: query, isEgress: true) }

    func run(in call: Call) async throws -> RuleAddition.Answer { try await addition.run(in: call) }
}

/// What the two calls that add rules share.
struct RuleAddition: Sendable {
    let group: SecurityGroupReference
    private let permissions: [AskedPermission]
    private let refusal: Fault?
    let tags: [TagSpecification]
    private let isEgress: Bool

    init(from query: QueryReader, isEgress: Bool) throws(RequestError) {
        let asked = try PermissionParameters(from: query, isEgress: isEgress)
        group = try query.securityGroup()
        permissions = try asked.needed()
        refusal = asked.refusal
        tags = try query["TagSpecification"]
        self.isEgress = isEgress
    }

    static func permissions<Subject: Sendable>(
        _ name: String,
        _ addition: @escaping @Sendable (Subject) -> RuleAddition
    ) -> [Permission<Subject>] {
        [
            Permission(name) { [try await $1.securityGroup(addition($0).group), $1.securityGroupRule("*")] },
            .tagging { addition($0).tags },
        ]
    }

    func run(in call: Call) async throws -> Answer {
        if let refusal { throw refusal }
        let tags = try tags.tags(forKinds: ["security-group-rule"])["security-group-rule"] ?? []
        let rules = try await SecurityGroups(call).authorize(permissions, isEgress: isEgress, of: group, tags: tags)
        return Answer(rules: rules.map { RuleItem(rule: $0, network: call.network) })
    }

    struct Answer: XMLEncodable {
        let rules: [RuleItem]

        func write(to xml: inout XMLWriter) {
            xml.element("return", true)
            xml.list("securityGroupRuleSet", rules)
        }
    }
}
