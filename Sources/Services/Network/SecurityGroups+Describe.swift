import Domain
import Metadata

extension SecurityGroups {
    private static let idsMax = 1_000

    /// What DescribeSecurityGroups is asked for.
    package struct Query: Sendable {
        package var ids: [String] = []
        package var names: [String] = []
        package var filters: [Filter] = []
        package var page = PageRequest()

        package init() {}
    }

    /// The groups that match, ordered by id.
    package func describe(_ query: Query) async throws -> Page<SecurityGroup> {
        try FilterRules.check(query.filters, names: SecurityGroup.filterNames)
        guard query.ids.isEmpty, query.names.isEmpty else { return try await named(query) }
        return try await query.page.collect(
            token: call.pageToken(for: "DescribeSecurityGroups"),
            place: \.id.rawValue,
            batch: { after, limit in try await read { try $0.page(after: after, limit: limit) } },
            where: { try $0.matches(query.filters) }
        )
    }

    private func named(_ query: Query) async throws -> Page<SecurityGroup> {
        guard query.page.maxResults == nil else {
            throw Fault(.invalidParameterCombination, "The parameter MaxResults cannot be used with the ids or names of security groups")
        }
        guard query.ids.count + query.names.count <= Self.idsMax else {
            throw Fault(.invalidParameterValue, "At most \(Self.idsMax) security groups can be named in a request")
        }
        let (ids, names, network) = (try query.ids.map(Self.id), query.names, call.network)
        let found = try await read { table in
            let (known, named) = (try table.groups(ids), try table.groups(named: names))
            if let missing = ids.first(where: { id in !known.contains { $0.id == id } }) { throw Self.notFound(missing) }
            if let missing = names.first(where: { name in !named.contains { $0.name == name } }) {
                throw Self.notFound(named: missing, in: network)
            }
            return Set(known + named).sorted { $0.id < $1.id }
        }
        return Page(elements: try found.filter { try $0.matches(query.filters) }, nextToken: nil)
    }

    /// The rules that match, ordered by id.
    ///
    /// - Parameter ids: all of these must be there.
    package func describeRules(_ ids: [String], filters: [Filter], page: PageRequest) async throws -> Page<SecurityGroupRule> {
        try FilterRules.check(filters, names: SecurityGroupRule.filterNames)
        let account = call.account
        guard ids.isEmpty else {
            try page.check(besides: ids, "SecurityGroupRuleIds")
            guard ids.count <= Self.idsMax else {
                throw Fault(.invalidParameterValue, "At most \(Self.idsMax) rules can be named in a request")
            }
            let ids = try ids.map(Self.ruleID)
            let found = try await read { try Self.ownRules(ids, of: account, in: $0.transaction) }
            return Page(elements: try found.filter { try $0.matches(filters) }, nextToken: nil)
        }
        return try await page.collect(
            token: call.pageToken(for: "DescribeSecurityGroupRules"),
            place: \.id.rawValue,
            batch: { after, limit in
                try await read { try SecurityGroupRuleTable($0.transaction).page(of: account, after: after, limit: limit) }
            },
            where: { try $0.matches(filters) }
        )
    }

    static func ruleID(_ text: String) throws -> SecurityGroupRuleID {
        try SecurityGroupRuleID(given: text, orThrow: .invalidRuleIDMalformed)
    }

    static func ruleNotFound(_ id: SecurityGroupRuleID) -> Fault {
        Fault(.invalidRuleIDNotFound, "The security group rule ID '\(id)' does not exist")
    }

    /// Rules of the account's, all of them.
    static func ownRules(_ ids: [SecurityGroupRuleID], of account: AccountID, in transaction: Transaction) throws -> [SecurityGroupRule] {
        let found = try SecurityGroupRuleTable(transaction).rules(ids, of: account)
        let known = Set(found.map(\.id))
        if let missing = ids.first(where: { !known.contains($0) }) { throw ruleNotFound(missing) }
        return found
    }
}
