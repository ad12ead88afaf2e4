import Domain
import Metadata

extension SecurityGroups {
    /// What a revocation has done.
    package struct Revocation: Sendable {
        package var revoked: [SecurityGroupRule] = []
        /// What was asked to go and was not there.
        package var unknown: [SecurityGroupRule.Content] = []
    }

    /// Adds rules to a group, all or none.
    package func authorize(
        _ permissions: [AskedPermission],
        isEgress: Bool,
        of reference: SecurityGroupReference,
        tags: [Tag]
    ) async throws -> [SecurityGroupRule] {
        try TagRules.check(tags)
        let max = try await call.quota(.rulesOfGroup)
        return try await change { table in
            var group = try Self.own(reference, in: table)
            let asked = try permissions.rules(isEgress: isEgress, in: table)
            let known = Set(group.rules.map(\.content))
            if let duplicate = asked.first(where: { known.contains($0.content) }) { throw duplicate.content.duplicate }
            let rules = asked.map { group.rule($0.content, description: $0.description, tags: tags) }
            group.rules += rules
            try group.requireRules(atMost: max)
            for rule in rules { try SecurityGroupRuleTable(table.transaction).insert(rule) }
            return rules
        }
    }

    /// Removes the rules that say what is asked. In a default VPC it is no error when there are none
    /// (docs/behaviour/network.md, "Rules").
    package func revoke(
        _ permissions: [AskedPermission],
        isEgress: Bool,
        of reference: SecurityGroupReference
    ) async throws -> Revocation {
        try await change { table in
            let rules = try Self.own(reference, in: table).rules
            var revocation = Revocation()
            for asked in try permissions.rules(isEgress: isEgress, in: table) {
                if let rule = rules.first(where: { $0.content == asked.content }) {
                    revocation.revoked.append(rule)
                } else {
                    revocation.unknown.append(asked.content)
                }
            }
            for rule in revocation.revoked { try SecurityGroupRuleTable(table.transaction).delete(rule.id) }
            return revocation
        }
    }

    /// Removes rules of a group by their ids, all or none.
    package func revoke(_ ids: [String], isEgress: Bool, of reference: SecurityGroupReference) async throws -> Revocation {
        let ids = try ids.map(Self.ruleID)
        return try await change { table in
            let rules = try Self.own(reference, in: table).rules(isEgress: isEgress)
            let revoked = try ids.map { id in
                guard let rule = rules.first(where: { $0.id == id }) else { throw Self.ruleNotFound(id) }
                return rule
            }
            for rule in Set(revoked) { try SecurityGroupRuleTable(table.transaction).delete(rule.id) }
            return Revocation(revoked: rules.filter(Set(revoked).contains))
        }
    }

    /// Has rules of a group say something else, all or none.
    ///
    /// - Parameter changes: one permission of one peer for each rule.
    package func modify(_ changes: [(id: String, permission: AskedPermission)], of id: String) async throws {
        let changes = try changes.map { (id: try Self.ruleID($0.id), permission: $0.permission) }
        guard Set(changes.map(\.id)).count == changes.count else {
            throw Fault(.invalidParameterValue, "The same rule must not appear multiple times")
        }
        let max = try await call.quota(.rulesOfGroup)
        try await change { table in
            var group = try Self.own(.id(id), in: table)
            var changed: [SecurityGroupRule] = []
            for change in changes {
                guard let place = group.rules.firstIndex(where: { $0.id == change.id }) else { throw Self.ruleNotFound(change.id) }
                let asked = try change.permission.rules(isEgress: group.rules[place].isEgress, in: table)
                guard asked.count == 1 else { throw Fault(.invalidParameterValue, "A rule is about one source or destination") }
                group.rules[place].content = asked[0].content
                group.rules[place].description = asked[0].description
                changed.append(group.rules[place])
            }
            for rule in changed where group.rules.contains(where: { $0.id != rule.id && $0.content == rule.content }) {
                throw rule.content.duplicate
            }
            try group.requireRules(atMost: max)
            // What two rules exchange would meet on the way.
            let rules = SecurityGroupRuleTable(table.transaction)
            for rule in changed { try rules.setAside(rule.id) }
            for rule in changed { try rules.update(rule) }
        }
    }

    /// Describes rules anew, all or none: those that say what is asked, with the description that each permission has for its peer.
    package func setDescriptions(_ permissions: [AskedPermission], isEgress: Bool, of reference: SecurityGroupReference) async throws {
        try await change { table in
            let rules = try Self.own(reference, in: table).rules
            for asked in try permissions.rules(isEgress: isEgress, in: table) {
                guard var rule = rules.first(where: { $0.content == asked.content }) else {
                    throw Fault(.invalidPermissionNotFound, "The specified rule does not exist in this security group.")
                }
                rule.description = asked.description
                try SecurityGroupRuleTable(table.transaction).update(rule)
            }
        }
    }

    /// The same by the ids of rules.
    package func setDescriptions(
        _ descriptions: [(id: String, description: String?)],
        isEgress: Bool,
        of reference: SecurityGroupReference
    ) async throws {
        let descriptions = try descriptions.map {
            (id: try Self.ruleID($0.id), description: try SecurityGroupText.ruleDescription($0.description))
        }
        try await change { table in
            let rules = try Self.own(reference, in: table).rules(isEgress: isEgress)
            for (id, description) in descriptions {
                guard var rule = rules.first(where: { $0.id == id }) else { throw Self.ruleNotFound(id) }
                rule.description = description
                try SecurityGroupRuleTable(table.transaction).update(rule)
            }
        }
    }
}

extension SecurityGroup {
    /// Each direction counts for itself, and in it IPv4 and IPv6; rules about groups count for both.
    fileprivate func requireRules(atMost max: Int) throws {
        for isEgress in [false, true] {
            let rules = rules(isEgress: isEgress)
            for isIPv6 in [false, true] where rules.count(where: { ($0.peer.block?.isIPv6 ?? isIPv6) == isIPv6 }) > max {
                throw Fault(
                    .rulesPerGroupLimitExceeded,
                    "The maximum number of rules per security group has been reached: \(max) \(isEgress ? "outbound" : "inbound")"
                )
            }
        }
    }
}
