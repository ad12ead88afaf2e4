import Domain
import Wire

/// A rule by itself, as DescribeSecurityGroupRules shows it.
struct RuleItem: XMLEncodable {
    let rule: SecurityGroupRule
    let network: DefaultNetwork

    func write(to xml: inout XMLWriter) {
        xml.element("securityGroupRuleId", rule.id.rawValue)
        xml.element("groupId", rule.group.rawValue)
        xml.element("groupOwnerId", rule.account.rawValue)
        rule.writeContent(to: &xml)
        if let group = rule.peer.group {
            xml.element("referencedGroupInfo") { xml in
                xml.element("groupId", group.rawValue)
                xml.element("userId", rule.account.rawValue)
                xml.element("vpcId", network.vpc.rawValue)
            }
        }
        xml.element("description", rule.description)
        TagSet(tags: rule.tags).write(to: &xml)
        let (region, account) = (network.region, rule.account)
        xml.element("securityGroupRuleArn", "arn:\(region.partition):ec2:\(region):\(account):security-group-rule/\(rule.id)")
    }
}

extension SecurityGroupRule {
    /// What it says, but for a group that is its peer.
    func writeContent(to xml: inout XMLWriter) {
        xml.element("isEgress", isEgress)
        xml.element("ipProtocol", traffic.protocol)
        xml.element("fromPort", traffic.from)
        xml.element("toPort", traffic.to)
        let block = peer.block
        xml.element(block?.isIPv6 == true ? "cidrIpv6" : "cidrIpv4", block?.rawValue)
    }
}

extension SecurityGroup {
    var arn: String { "arn:\(network.region.partition):ec2:\(network.region):\(account):security-group/\(id)" }
}

/// Rules of the same traffic in one, as DescribeSecurityGroups shows them.
struct PermissionItem: XMLEncodable {
    private let traffic: TrafficPattern
    private let peers: [(peer: SecurityGroupRule.Peer, description: String?)]
    private let account: AccountID

    /// - Parameter rules: ordered by what they say.
    static func items(of rules: [SecurityGroupRule]) -> [PermissionItem] {
        rules.chunked(by: \.traffic).map { rules in
            PermissionItem(
                traffic: rules[0].traffic,
                peers: rules.map { ($0.peer, $0.description) },
                account: rules[0].account
            )
        }
    }

    private init(traffic: TrafficPattern, peers: [(peer: SecurityGroupRule.Peer, description: String?)], account: AccountID) {
        (self.traffic, self.peers, self.account) = (traffic, peers, account)
    }

    /// A permission that no rule stands for.
    init(unknown content: SecurityGroupRule.Content, account: AccountID) {
        self.init(traffic: content.traffic, peers: [(content.peer, nil)], account: account)
    }

    func write(to xml: inout XMLWriter) {
        xml.element("ipProtocol", traffic.protocol)
        if traffic.hasPorts {
            xml.element("fromPort", traffic.from)
            xml.element("toPort", traffic.to)
        }
        xml.list("groups", peers.filter { $0.peer.group != nil }) { xml, one in
            xml.element("description", one.description)
            xml.element("userId", account.rawValue)
            xml.element("groupId", one.peer.group?.rawValue)
        }
        for (list, member, isIPv6) in [("ipRanges", "cidrIp", false), ("ipv6Ranges", "cidrIpv6", true)] {
            xml.list(list, peers.filter { $0.peer.block?.isIPv6 == isIPv6 }) { xml, one in
                xml.element("description", one.description)
                xml.element(member, one.peer.block?.rawValue)
            }
        }
        xml.list("prefixListIds", [String]())
    }
}

extension Array {
    /// Runs of neighbours that have the same of something.
    fileprivate func chunked<Value: Equatable>(by value: (Element) -> Value) -> [[Element]] {
        reduce(into: []) { chunks, element in
            if let last = chunks.last?.last, value(last) == value(element) {
                chunks[chunks.count - 1].append(element)
            } else {
                chunks.append([element])
            }
        }
    }
}
