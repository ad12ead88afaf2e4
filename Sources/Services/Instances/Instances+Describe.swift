import Domain
import Metadata

/// What DescribeInstances and its like are asked for.
package struct InstanceQuery: Sendable {
    package var ids: [String] = []
    package var filters: [Filter] = []
    package var page = PageRequest()

    package init() {}

    /// EC2 names the parameters so in its text.
    fileprivate func requireIdsOrPages() throws { try page.check(besides: ids, "instancesSet", called: "maxResults") }
}

extension Instances {
    /// The caller's instances that match, in the order of their reservations.
    package func describe(_ query: InstanceQuery) async throws -> Page<InstanceDetail> {
        try FilterRules.check(query.filters, names: InstanceDetail.filterNames)
        try query.requireIdsOrPages()
        return try await list(query, "DescribeInstances", InstanceSearch(query.filters, of: call.account)) { detail in
            try detail.matchesDevices(query.filters) && detail.matches(query.filters)
        }
    }

    /// How the caller's instances are.
    ///
    /// - Parameter includesAll: whether those are wanted that do not run.
    package func statuses(_ query: InstanceQuery, includesAll: Bool) async throws -> Page<InstanceStatus> {
        try FilterRules.check(query.filters, names: InstanceStatus.filterNames)
        try query.requireIdsOrPages()
        var search = InstanceSearch(of: call.account)
        if !includesAll { search.states = [InstanceState.running.rawValue] }
        let page = try await list(query, "DescribeInstanceStatus", search) { detail in
            guard includesAll || detail.instance.state == .running else { return false }
            return try InstanceStatus(of: detail.instance).matches(query.filters)
        }
        return Page(elements: page.elements.map { InstanceStatus(of: $0.instance) }, nextToken: page.nextToken)
    }

    /// The interfaces of the caller's instances that match.
    package func interfaces(_ query: InstanceQuery) async throws -> Page<NetworkInterface> {
        try FilterRules.check(query.filters, names: NetworkInterfaceFilters.names)
        for id in query.ids { _ = try NetworkInterfaceID(given: id, orThrow: .invalidNetworkInterfaceIDMalformed) }
        guard query.ids.count <= Self.idsMax else { throw Self.tooMany }
        var search = InstanceSearch(interfaces: query.filters, of: call.account)
        guard query.ids.isEmpty else {
            search.interfaces = Array(Set(query.ids))
            let found = try await page(of: search, limit: query.ids.count).compactMap(NetworkInterface.init(of:))
            if let missing = query.ids.first(where: { id in !found.contains { $0.id.rawValue == id } }) { throw Self.noInterface(missing) }
            return Page(elements: try found.filter { try $0.matches(query.filters) }, nextToken: nil)
        }
        let page = try await walk(query.page, "DescribeNetworkInterfaces", search) {
            try NetworkInterface(of: $0)?.matches(query.filters) ?? false
        }
        return Page(elements: page.elements.compactMap(NetworkInterface.init(of:)), nextToken: page.nextToken)
    }

    /// How much of the processor the caller's burstable instances may use. Those that are named must be such.
    package func credits(_ query: InstanceQuery) async throws -> Page<InstanceDetail> {
        try FilterRules.check(query.filters, names: ["instance-id"])
        return try await list(query, "DescribeInstanceCreditSpecifications", InstanceSearch(query.filters, of: call.account)) { detail in
            guard query.ids.isEmpty || detail.instance.credits != nil else {
                throw Fault(.invalidParameterValue, "The instance '\(detail.id)' is not a burstable performance instance.")
            }
            return try detail.instance.credits != nil && !detail.instance.state.isEnding && detail.matches(query.filters)
        }
    }

    private func list(
        _ query: InstanceQuery,
        _ listing: String,
        _ search: InstanceSearch,
        where matches: (InstanceDetail) throws -> Bool
    ) async throws -> Page<InstanceDetail> {
        guard query.ids.isEmpty else { return Page(elements: try await named(query.ids).filter(matches), nextToken: nil) }
        return try await walk(query.page, listing, search, where: matches)
    }

    func walk(
        _ page: PageRequest,
        _ listing: String,
        _ search: InstanceSearch,
        where matches: (InstanceDetail) throws -> Bool
    ) async throws -> Page<InstanceDetail> {
        try await page.collect(
            token: call.pageToken(for: listing),
            place: { InstancePlace(of: $0.instance).text },
            batch: { after, limit in try await self.page(of: search, after: after.flatMap(InstancePlace.init(text:)), limit: limit) },
            where: matches
        )
    }

    private func page(of search: InstanceSearch, after place: InstancePlace? = nil, limit: Int) async throws -> [InstanceDetail] {
        try await call.store.database.read { transaction in
            try InstanceDetail.load(InstanceTable(transaction).page(of: search, after: place, limit: limit), in: transaction)
        }
    }

    /// The caller's instances of some ids: all must be there.
    private func named(_ texts: [String]) async throws -> [InstanceDetail] {
        let (ids, account) = (try Self.ids(texts), call.account)
        return try await call.store.database.read { transaction in
            try InstanceDetail.load(Self.own(ids, of: account, in: transaction), in: transaction)
        }
    }

    static func ids(_ texts: [String]) throws -> [InstanceID] {
        guard texts.count <= idsMax else { throw tooMany }
        return try Set(texts).map(id)
    }

    static var tooMany: Fault { Fault(.invalidParameterValue, "At most \(idsMax) ids can be given in a request") }
}

extension InstanceSearch {
    fileprivate init(_ filters: [Filter], of owner: AccountID) {
        self.init(of: owner)
        tags = TagSearch.all(in: filters, by: owner)
        ids = filters.literals(of: "instance-id")
        reservations = filters.literals(of: "reservation-id")
        images = filters.literals(of: "image-id")
        states = filters.literals(of: "instance-state-name")
        groups = filters.literals(of: "instance.group-id", "group-id", "network-interface.group-id")
        interfaces = filters.literals(of: "network-interface.network-interface-id")
    }

    /// - Parameter filters: of DescribeNetworkInterfaces, whose tags are the interfaces' own.
    fileprivate init(interfaces filters: [Filter], of owner: AccountID) {
        self.init(of: owner)
        ids = filters.literals(of: "attachment.instance-id")
        groups = filters.literals(of: "group-id")
        interfaces = filters.literals(of: "network-interface-id")
    }
}
