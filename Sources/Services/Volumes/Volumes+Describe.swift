import Domain
import Metadata

/// What DescribeVolumes and its like are asked for.
package struct VolumeQuery: Sendable {
    package var ids: [String] = []
    package var filters: [Filter] = []
    package var page = PageRequest()

    package init() {}
}

extension Volumes {
    /// The caller's volumes that match, ordered by id.
    package func describe(_ query: VolumeQuery) async throws -> Page<Volume> {
        try FilterRules.check(query.filters, names: Volume.filterNames)
        return try await list(query, "DescribeVolumes", VolumeSearch(query.filters, of: call.account)) { volume in
            try volume.matchesAttachments(query.filters) && volume.matches(query.filters)
        }
    }

    /// What the checks of the caller's volumes say, ordered by id.
    package func statuses(_ query: VolumeQuery) async throws -> Page<VolumeStatus> {
        try FilterRules.check(query.filters, names: VolumeStatus.filterNames)
        let page = try await list(query, "DescribeVolumeStatus", VolumeSearch(of: call.account)) {
            try VolumeStatus(of: $0).matches(query.filters)
        }
        return Page(elements: page.elements.map(VolumeStatus.init(of:)), nextToken: page.nextToken)
    }

    private func list(
        _ query: VolumeQuery,
        _ listing: String,
        _ search: VolumeSearch,
        where matches: (Volume) throws -> Bool
    ) async throws -> Page<Volume> {
        let database = call.store.database
        guard query.ids.isEmpty else { return Page(elements: try await named(query.ids).filter(matches), nextToken: nil) }
        return try await query.page.collect(
            token: call.pageToken(for: listing),
            place: \.id.rawValue,
            batch: { after, limit in
                try await database.read {
                    try VolumeTable($0).page(of: search, after: after.flatMap(VolumeID.init(rawValue:)), limit: limit)
                }
            },
            where: matches
        )
    }

    /// The caller's volumes of some ids: all must be there.
    func named(_ texts: [String]) async throws -> [Volume] {
        let (ids, account) = (try texts.map(Self.id), call.account)
        let known = try await call.store.database.read { try VolumeTable($0).volumes(ids: ids) }.filter { $0.owner == account }
        let found = Set(known.map(\.id))
        let missing = Set(ids).subtracting(found).sorted()
        guard missing.isEmpty else {
            guard missing.count > 1 else { throw Self.notFound(missing[0].rawValue) }
            throw Fault(.invalidVolumeNotFound, "The volumes '\(missing.map(\.rawValue).joined(separator: ", "))' do not exist.")
        }
        return known
    }
}

extension VolumeSearch {
    fileprivate init(_ filters: [Filter], of owner: AccountID) {
        self.init(of: owner)
        tags = TagSearch.all(in: filters, by: owner)
        ids = filters.literals(of: "volume-id")
        snapshots = filters.literals(of: "snapshot-id")
        instances = filters.literals(of: "attachment.instance-id")
        states = filters.literals(of: "status")
    }
}
