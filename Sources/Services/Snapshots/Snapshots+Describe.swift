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
    /// The snapshots that the caller sees and that match, ordered by id.
    package func describe(_ query: SnapshotQuery) async throws -> Page<Snapshot> {
        try FilterRules.check(query.filters, names: Snapshot.filterNames)
        try query.page.check(besides: query.ids, "SnapshotIds")
        let viewer = try await call.viewer()
        let reach = try viewer.reach(
            owners: query.owners,
            ownerIDs: query.filters.owners,
            users: query.restorableBy,
            ownersCount: true
        )
        let (account, database) = (viewer.account, call.store.database)
        guard query.ids.isEmpty else { return try await named(query, account, reach) }
        var search = SnapshotSearch(query.filters, by: account)
        search.reach = reach
        let narrowed = search
        return try await query.page.collect(
            token: call.pageToken(for: "DescribeSnapshots"),
            place: \.id.rawValue,
            batch: { after, limit in
                try await database.read {
                    try SnapshotTable($0)
                        .page(of: narrowed, after: after.flatMap(SnapshotID.init(rawValue:)), limit: limit, taggedBy: account)
                }
            },
            where: { try $0.matches(query.filters) }
        )
    }

    /// The snapshots of some ids. One that was never made is an error, and one that the caller does not see is left out
    /// (docs/behaviour/snapshots.md, "Describing").
    private func named(_ query: SnapshotQuery, _ account: AccountID, _ reach: Reach) async throws -> Page<Snapshot> {
        let ids = try query.ids.map(Self.id)
        let (known, seen) = try await call.store.database.read { transaction in
            let known = try SnapshotTable(transaction).snapshots(ids: ids, taggedBy: account)
            return (known.map(\.id), try Self.within(reach, known, in: transaction))
        }
        if let missing = ids.first(where: { !known.contains($0) }) { throw Self.notFound(missing.rawValue) }
        return Page(elements: try seen.filter { try $0.matches(query.filters) }, nextToken: nil)
    }
}

extension SnapshotSearch {
    fileprivate init(_ filters: [Filter], by account: AccountID) {
        self.init()
        tags = TagSearch.all(in: filters, by: account)
        ids = filters.literals(of: "snapshot-id")
        states = filters.literals(of: "status")
    }
}
