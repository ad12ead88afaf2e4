/// A rule of a security group: what it lets through, and from whom, or to whom.
package struct SecurityGroupRule: Hashable, Sendable, Identifiable {
    /// Whom the group's members may hear, or speak to.
    package enum Peer: RawRepresentable, Hashable, Sendable {
        case block(AddressBlock)
        case group(SecurityGroupID)

        package init?(rawValue: String) {
            if let group = SecurityGroupID(rawValue: rawValue) {
                self = .group(group)
            } else if let block = AddressBlock(rawValue: rawValue) {
                self = .block(block)
            } else {
                return nil
            }
        }

        package var rawValue: String {
            switch self {
            case .block(let block): block.rawValue
            case .group(let group): group.rawValue
            }
        }

        package var block: AddressBlock? {
            guard case .block(let block) = self else { return nil }
            return block
        }

        package var group: SecurityGroupID? {
            guard case .group(let group) = self else { return nil }
            return group
        }
    }

    /// All that tells a group's rules apart: no two have the same.
    package struct Content: Hashable, Sendable {
        package let isEgress: Bool
        package let traffic: TrafficPattern
        package let peer: Peer

        package init(isEgress: Bool, _ traffic: TrafficPattern, _ peer: Peer) {
            self.isEgress = isEgress
            self.traffic = traffic
            self.peer = peer
        }
    }

    package let id: SecurityGroupRuleID
    package let group: SecurityGroupID
    package let account: AccountID
    package var content: Content
    package var description: String?
    /// Of the group that is its peer.
    package var peerName: String?
    package var tags: [Tag]

    package init(
        id: SecurityGroupRuleID,
        group: SecurityGroupID,
        account: AccountID,
        content: Content,
        description: String? = nil,
        peerName: String? = nil,
        tags: [Tag] = []
    ) {
        self.id = id
        self.group = group
        self.account = account
        self.content = content
        self.description = description
        self.peerName = peerName
        self.tags = tags
    }

    package var isEgress: Bool { content.isEgress }
    package var traffic: TrafficPattern { content.traffic }
    package var peer: Peer { content.peer }
}

extension SecurityGroupRule: Filterable {
    package static let filterNames: Set<String> = ["group-id", "security-group-rule-id", "tag-key"]

    package func texts(forFilter name: String) -> [String]? {
        switch name {
        case "group-id": [group.rawValue]
        case "security-group-rule-id": [id.rawValue]
        default: nil
        }
    }
}

extension SecurityGroupRule.Content {
    /// That a group has it already.
    package var duplicate: Fault {
        let peer = peer.rawValue
        let ports = traffic.hasPorts ? ", from port: \(traffic.from), to port: \(traffic.to)" : ""
        let name = traffic.protocol == "-1" ? "ALL" : traffic.protocol.uppercased()
        return Fault(.invalidPermissionDuplicate, "the specified rule \"peer: \(peer), \(name)\(ports), ALLOW\" already exists")
    }
}
