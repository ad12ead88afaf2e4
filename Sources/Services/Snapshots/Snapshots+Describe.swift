import Domain
import Metadata

/// What DescribeSnapshots is asked for.
package struct SnapshotQuery: Sendable {
    package var ids: [String] = []
    package var owners: [String] = []
    package var restorableBy: [String] = []
    package var filters: [Filter] = []
    package var page = PageRequest()

    package init() {}
}

extension Snapshots {
    /// The caller's snapshots that match, ordered by id.
    package func describe(_ query: SnapshotQuery) async throws -> Page<Snapshot> {
        try FilterRules.check(query.filters, names: Snapshot.filterNames)
        guard query.ids.isEmpty || query.page.maxResults == nil else {
            throw Fault(.invalidParameterCombination, "The parameter SnapshotIds cannot be used with the parameter MaxResults")
        }
        let account = call.account
        let ids = try query.ids.map(Self.id)
        let database = call.store.database
        if !ids.isEmpty {
            let known = try await database.read { try SnapshotTable($0).snapshots(ids: ids) }.filter { $0.owner == account }
            let found = Set(known.map(\.id))
            if let missing = ids.first(where: { !found.contains($0) }) { throw Self.notFound(missing.rawValue) }
            return Page(elements: try known.filter { try matches($0, query) }, nextToken: nil)
        }
        let search = SnapshotSearch(query.filters)
        return try await query.page.collect(
            token: call.pageToken(for: "DescribeSnapshots"),
            place: \.id.rawValue,
            batch: { after, limit in
                try await database.read {
                    try SnapshotTable($0).page(of: search, after: after.flatMap(SnapshotID.init(rawValue:)), limit: limit)
                }
            },
            where: { try matches($0, query) }
        )
    }

    /// A snapshot of the caller's own.
    package func snapshot(_ id: String) async throws -> Snapshot {
        let id = try Self.id(id)
        let account = call.account
        return try await call.store.database.read { try Self.own(id, of: account, in: $0) }
    }

    private func matches(_ snapshot: Snapshot, _ query: SnapshotQuery) throws -> Bool {
        func names(_ list: [String]) -> Bool {
            list.isEmpty || list.contains("self") || list.contains(snapshot.owner.rawValue)
        }
        return try snapshot.owner == call.account && names(query.owners) && names(query.restorableBy) && snapshot.matches(query.filters)
    }
}

extension SnapshotSearch {
    fileprivate init(_ filters: [Filter]) {
        self.init()
        for filter in filters {
            guard let literals = filter.literals else { continue }
            if let key = filter.tagKey {
                tags.append((key: key, values: literals))
            } else if filter.name == "snapshot-id", ids == nil {
                ids = literals
            } else if filter.name == "status", states == nil {
                states = literals
            }
        }
    }
}
