import Domain

/// Security groups of a network, with their rules and tags.
package struct SecurityGroupTable {
    package let transaction: Transaction
    package let network: DefaultNetwork

    package init(_ transaction: Transaction, of network: DefaultNetwork) {
        self.transaction = transaction
        self.network = network
    }

    package func group(_ id: SecurityGroupID) throws -> SecurityGroup? { try groups([id]).first }

    /// Those of them that are there, ordered by id.
    package func groups(_ ids: [SecurityGroupID]) throws -> [SecurityGroup] {
        try load("AND id IN (\(Transaction.marks(ids.count))) ORDER BY id", ids.map { .text($0.rawValue) })
    }

    package func groups(named names: [String]) throws -> [SecurityGroup] {
        try load("AND name IN (\(Transaction.marks(names.count))) ORDER BY id", names.map { .text($0) })
    }

    /// The names of groups, whosoever they are.
    package static func names(of ids: Set<SecurityGroupID>, in transaction: Transaction) throws -> [SecurityGroupID: String] {
        let sql = "SELECT id, name FROM security_groups WHERE id IN (\(Transaction.marks(ids.count)))"
        return try transaction.rows(sql, ids.sorted().map { .text($0) }).reduce(into: [:]) { names, row in
            names[try row.value("id")] = try row.text("name")
        }
    }

    /// At most `limit` groups after an id, ordered by id.
    package func page(after id: String?, limit: Int) throws -> [SecurityGroup] {
        try load("AND id > ? ORDER BY id LIMIT ?", [.text(id ?? ""), .integer(limit)])
    }

    package func isThere(_ id: SecurityGroupID) throws -> Bool {
        let sql = "SELECT 1 AS found FROM security_groups WHERE account = ? AND id = ?"
        return try transaction.firstRow(sql, [account, .text(id)]) != nil
    }

    package func count() throws -> Int {
        let sql = "SELECT COUNT(*) AS count FROM security_groups WHERE account = ?"
        return Int(try transaction.firstRow(sql, [account])?.integer("count") ?? 0)
    }

    package func insert(_ group: SecurityGroup) throws {
        try transaction.execute(
            "INSERT INTO security_groups (id, account, name, description) VALUES (?, ?, ?, ?)",
            [.text(group.id), .text(group.account), .text(group.name), .text(group.description)]
        )
        try TagTable(transaction).set(group.tags, on: .securityGroup(group.id), by: group.account)
        for rule in group.rules { try SecurityGroupRuleTable(transaction).insert(rule) }
    }

    package func delete(_ group: SecurityGroup) throws {
        for rule in group.rules { try SecurityGroupRuleTable(transaction).delete(rule.id) }
        try TagTable(transaction).removeAll(from: .securityGroup(group.id))
        try transaction.execute("DELETE FROM security_groups WHERE id = ?", [.text(group.id)])
    }

    private var account: SQLValue { .text(network.account) }

    private func load(_ condition: String, _ values: [SQLValue]) throws -> [SecurityGroup] {
        let rows = try transaction.rows("SELECT * FROM security_groups WHERE account = ? \(condition)", [account] + values)
        guard !rows.isEmpty else { return [] }
        let tags = try TagTable(transaction).tags(on: rows, by: network.account)
        let rules = try SecurityGroupRuleTable(transaction).rules(ofGroups: rows.map { try $0.value("id") })
        return try rows.map { row in
            let id: SecurityGroupID = try row.value("id")
            return try SecurityGroup(
                id: id,
                network: network,
                name: row.text("name"),
                description: row.text("description"),
                rules: rules[id] ?? [],
                tags: tags[id.rawValue] ?? []
            )
        }
    }
}
