/// A security group: which traffic its members let in and out.
package struct SecurityGroup: Hashable, Sendable, Identifiable {
    package static let defaultName = "default"

    package let id: SecurityGroupID
    /// Of its account, in its Region.
    package let network: DefaultNetwork
    package let name: String
    package let description: String
    /// Ordered by what they say.
    package var rules: [SecurityGroupRule]
    package var tags: [Tag]

    package init(
        id: SecurityGroupID,
        network: DefaultNetwork,
        name: String,
        description: String,
        rules: [SecurityGroupRule] = [],
        tags: [Tag] = []
    ) {
        self.id = id
        self.network = network
        self.name = name
        self.description = description
        self.rules = rules
        self.tags = tags
    }

    package var account: AccountID { network.account }
    package var isDefault: Bool { name == Self.defaultName }

    /// The group that every default VPC has, by which its members reach each other (docs/behaviour/network.md, "Security groups").
    package static func standard(of network: DefaultNetwork) -> SecurityGroup {
        var group = SecurityGroup(id: network.securityGroup, network: network, name: defaultName, description: "default VPC security group")
        group.rules = [
            group.rule(SecurityGroupRule.Content(isEgress: false, .everything, .group(group.id))),
            group.rule(.allOut),
        ]
        return group
    }

    /// One that lets everything out, and nothing in.
    package static func made(
        of network: DefaultNetwork,
        name: String,
        description: String,
        tags: [Tag]
    ) -> SecurityGroup {
        var group = SecurityGroup(id: .random(), network: network, name: name, description: description, tags: tags)
        group.rules = [group.rule(.allOut)]
        return group
    }

    /// A rule of the group's, that is not there yet.
    package func rule(_ content: SecurityGroupRule.Content, description: String? = nil, tags: [Tag] = []) -> SecurityGroupRule {
        SecurityGroupRule(id: .random(), group: id, account: account, content: content, description: description, tags: tags)
    }

    package func rules(isEgress: Bool) -> [SecurityGroupRule] { rules.filter { $0.isEgress == isEgress } }
}

extension SecurityGroupRule.Content {
    fileprivate static let allOut = SecurityGroupRule.Content(isEgress: true, .everything, .block(.everything))
}

extension SecurityGroup: Filterable {
    /// Every filter of DescribeSecurityGroups, `tag:` ones aside.
    package static let filterNames: Set<String> = Set(
        ["description", "group-id", "group-name", "owner-id", "tag-key", "vpc-id"]
            + ["", "egress."].flatMap { direction in
                ["cidr", "from-port", "group-id", "group-name", "ipv6-cidr", "prefix-list-id", "protocol", "to-port", "user-id"]
                    .map { "\(direction)ip-permission.\($0)" }
            }
    )

    package func texts(forFilter name: String) -> [String]? {
        switch name {
        case "description": [description]
        case "group-id": [id.rawValue]
        case "group-name": [self.name]
        case "owner-id": [account.rawValue]
        case "vpc-id": [network.vpc.rawValue]
        default: ruleTexts(name)
        }
    }

    private func ruleTexts(_ name: String) -> [String]? {
        let isEgress = name.hasPrefix("egress.")
        let rules = rules(isEgress: isEgress)
        let withPorts = rules.filter(\.traffic.hasPorts)
        return switch isEgress ? String(name.dropFirst("egress.".count)) : name {
        case "ip-permission.cidr": rules.compactMap(\.peer.block).filter { !$0.isIPv6 }.map(\.rawValue)
        case "ip-permission.ipv6-cidr": rules.compactMap(\.peer.block).filter(\.isIPv6).map(\.rawValue)
        case "ip-permission.from-port": withPorts.map { String($0.traffic.from) }
        case "ip-permission.to-port": withPorts.map { String($0.traffic.to) }
        case "ip-permission.group-id": rules.compactMap(\.peer.group?.rawValue)
        case "ip-permission.group-name": rules.compactMap(\.peerName)
        case "ip-permission.protocol": rules.map(\.traffic.protocol)
        case "ip-permission.user-id": rules.contains { $0.peer.group != nil } ? [account.rawValue] : []
        case "ip-permission.prefix-list-id": []
        default: nil
        }
    }
}
