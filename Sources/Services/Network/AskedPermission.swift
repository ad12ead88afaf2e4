import Domain
import Metadata

/// A permission as requests bring it: one kind of traffic, from or to several peers.
package struct AskedPermission: Sendable {
    package enum Peer: Sendable {
        case block(String, isIPv6: Bool)
        /// - Parameters:
        ///   - owner: the account that it is said to be of.
        ///   - vpc: the VPC that it is said to be of.
        case group(SecurityGroupReference, owner: String? = nil, vpc: String? = nil)
    }

    package let `protocol`: String
    package let from: Int?
    package let to: Int?
    package let peers: [(peer: Peer, description: String?)]

    package init(protocol name: String, from: Int?, to: Int?, peers: [(peer: Peer, description: String?)]) {
        self.protocol = name
        self.from = from
        self.to = to
        self.peers = peers
    }
}

/// What a rule is asked to say.
struct AskedRule: Hashable, Sendable {
    let content: SecurityGroupRule.Content
    let description: String?
}

extension AskedPermission {
    /// The rules that it stands for, one for each peer.
    ///
    /// - Parameter table: has the groups that are named. One that is not there is refused.
    func rules(isEgress: Bool, in table: SecurityGroupTable) throws -> [AskedRule] {
        let traffic = try TrafficPattern(asked: self.protocol, from: from, to: to)
        guard !peers.isEmpty else {
            throw Fault(.missingParameter, "Each permission needs a block of addresses or a security group that it is about")
        }
        return try peers.map { peer, description in
            let content = SecurityGroupRule.Content(isEgress: isEgress, traffic, try Self.resolve(peer, in: table))
            return AskedRule(content: content, description: try SecurityGroupText.ruleDescription(description))
        }
    }

    private static func resolve(_ peer: Peer, in table: SecurityGroupTable) throws -> SecurityGroupRule.Peer {
        switch peer {
        case .block(let text, let isIPv6):
            guard let block = AddressBlock(rawValue: text), block.isIPv6 == isIPv6 else {
                throw Fault(.invalidParameterValue, "CIDR block \(text.prefix(64)) is malformed")
            }
            return .block(block)
        case .group(let reference, let owner, let vpc):
            if let vpc { try table.network.requireVPC(vpc) }
            let id = try SecurityGroups.own(reference, in: table).id
            // A VPC has no peers, so groups of other accounts are out of reach.
            guard owner == nil || owner == table.network.account.rawValue else { throw SecurityGroups.notFound(id) }
            return .group(id)
        }
    }
}

extension [AskedPermission] {
    /// - Throws: `Fault` where two say the same.
    func rules(isEgress: Bool, in table: SecurityGroupTable) throws -> [AskedRule] {
        let rules = try flatMap { try $0.rules(isEgress: isEgress, in: table) }
        guard Set(rules.map(\.content)).count == rules.count else {
            throw Fault(.invalidParameterValue, "The same permission must not appear multiple times")
        }
        return rules
    }
}
