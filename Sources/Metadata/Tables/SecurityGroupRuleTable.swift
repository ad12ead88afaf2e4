import Domain

/// Rules of security groups, with their tags and the names of the groups that they are about.
package struct SecurityGroupRuleTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// Each list ordered by what the rules say, without their tags: many groups have very many rules.
    package func rules(ofGroups groups: [SecurityGroupID]) throws -> [SecurityGroupID: [SecurityGroupRule]] {
        let rules = try load(
            """
            rules.group_id IN (\(Transaction.marks(groups.count)))
            ORDER BY rules.protocol, rules.from_port, rules.to_port, rules.peer, rules.id
            """,
            groups.map { .text($0.rawValue) }
        )
        return Dictionary(grouping: rules, by: \.group)
    }

    /// Those of them that are the account's, ordered by id.
    package func rules(_ ids: [SecurityGroupRuleID], of account: AccountID) throws -> [SecurityGroupRule] {
        let values = [SQLValue.text(account)] + ids.map { .text($0.rawValue) }
        return try load("rules.account = ? AND rules.id IN (\(Transaction.marks(ids.count))) ORDER BY rules.id", values, taggedBy: account)
    }

    /// At most `limit` rules of an account after an id, ordered by id.
    package func page(of account: AccountID, after id: String?, limit: Int) throws -> [SecurityGroupRule] {
        try load(
            "rules.account = ? AND rules.id > ? ORDER BY rules.id LIMIT ?",
            [.text(account), .text(id ?? ""), .integer(limit)],
            taggedBy: account
        )
    }

    /// The groups of the account, beside this one, with rules about it.
    package func groups(referringTo group: SecurityGroupID, of account: AccountID) throws -> [SecurityGroupID] {
        try transaction.rows(
            "SELECT DISTINCT group_id FROM security_group_rules WHERE account = ? AND peer = ? AND group_id <> ? ORDER BY group_id",
            [.text(account), .text(group), .text(group)]
        ).map { try $0.value("group_id") }
    }

    package func insert(_ rule: SecurityGroupRule) throws {
        try transaction.execute(
            """
            INSERT INTO security_group_rules (id, group_id, account, is_egress, protocol, from_port, to_port, peer, description)
            VALUES (\(Transaction.marks(9)))
            """,
            [
                .text(rule.id), .text(rule.group), .text(rule.account), .flag(rule.isEgress), .text(rule.traffic.protocol),
                .integer(rule.traffic.from), .integer(rule.traffic.to), .text(rule.peer), .text(rule.description),
            ]
        )
        try TagTable(transaction).set(rule.tags, on: .securityGroupRule(rule.id), by: rule.account)
    }

    /// Writes down what a rule says now.
    package func update(_ rule: SecurityGroupRule) throws {
        try transaction.execute(
            "UPDATE security_group_rules SET protocol = ?, from_port = ?, to_port = ?, peer = ?, description = ? WHERE id = ?",
            [
                .text(rule.traffic.protocol), .integer(rule.traffic.from), .integer(rule.traffic.to), .text(rule.peer),
                .text(rule.description), .text(rule.id),
            ]
        )
    }

    /// Has a rule say nothing that another can say, until it is updated.
    package func setAside(_ id: SecurityGroupRuleID) throws {
        try transaction.execute("UPDATE security_group_rules SET peer = id WHERE id = ?", [.text(id)])
    }

    package func delete(_ id: SecurityGroupRuleID) throws {
        try TagTable(transaction).removeAll(from: .securityGroupRule(id))
        try transaction.execute("DELETE FROM security_group_rules WHERE id = ?", [.text(id)])
    }

    private func load(_ condition: String, _ values: [SQLValue], taggedBy account: AccountID? = nil) throws -> [SecurityGroupRule] {
        let sql = """
            SELECT rules.*, peers.name AS peer_name FROM security_group_rules AS rules
            LEFT JOIN security_groups AS peers ON peers.id = rules.peer WHERE \(condition)
            """
        let rows = try transaction.rows(sql, values)
        let tags = try account.map { try TagTable(transaction).tags(on: rows, by: $0) } ?? [:]
        return try rows.map { row in
            let traffic = TrafficPattern(
                protocol: try row.text("protocol"),
                from: Int(try row.integer("from_port")),
                to: Int(try row.integer("to_port"))
            )
            return try SecurityGroupRule(
                id: row.value("id"),
                group: row.value("group_id"),
                account: row.value("account"),
                content: SecurityGroupRule.Content(isEgress: row.flag("is_egress"), traffic, row.value("peer")),
                description: row.optionalText("description"),
                peerName: row.optionalText("peer_name"),
                tags: tags[row.text("id")] ?? []
            )
        }
    }
}
