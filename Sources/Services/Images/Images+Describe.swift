import Domain
import Foundation
import Metadata

/// What DescribeImages is asked for.
package struct ImageQuery: Sendable {
    package var ids: [String] = []
    package var owners: [String] = []
    package var executableBy: [String] = []
    package var inclusion = Image.Inclusion()
    package var filters: [Filter] = []
    package var page = PageRequest()

    package init() {}
}

extension Images {
    /// The images that the caller sees and that match, ordered by id.
    ///
    /// What an index can find is looked up (ids, exact names, tags, snapshots, sources, states); the rest is matched on a thousand rows
    /// at a time, so memory holds one page however many images there are.
    package func describe(_ query: ImageQuery) async throws -> Page<Image> {
        try FilterRules.check(query.filters, names: Image.filterNames)
        try query.page.check(besides: query.ids, "ImageIds")
        let viewer = try await call.viewer()
        let reach = try query.reach(of: viewer)
        guard query.ids.isEmpty else { return try await named(query, viewer, reach) }
        let (account, now, database) = (viewer.account, call.now, call.store.database)
        // One's own are always allowed.
        let isOwn = reach.soleOwner == account
        let allowed = isOwn ? AllowedImages() : try await database.read { try SharingSettingsTable($0).settings(of: account).allowed }
        var search = ImageSearch(query.filters, by: account)
        search.reach = reach
        let narrowed = search
        let page = try await query.page.collect(
            token: call.pageToken(for: "DescribeImages"),
            place: \.id.rawValue,
            batch: { after, limit in
                try await database.read {
                    try ImageTable($0)
                        .page(of: narrowed, after: after.flatMap(ImageID.init(rawValue:)), limit: limit, taggedBy: account)
                        .map { allowed.marked($0, for: account, at: now) }
                }
            },
            where: { image in
                try allowed.shows(image) && image.isListed(to: account, isNamed: false, including: query.inclusion, at: now)
                    && image.matches(query.filters)
            }
        )
        return Page(elements: page.elements.map(settled), nextToken: page.nextToken)
    }

    /// As it is now, and as the caller may know it: when it was launched last is its owner's to know.
    private func settled(_ image: Image) -> Image {
        var image = image.settled(at: call.now)
        if image.owner != call.account { image.lastLaunchedAt = nil }
        return image
    }

    /// The images of some ids: each must be there. One that was deregistered lately is left out rather than an error (docs/behaviour/images.md,
    /// "Describing").
    private func named(_ query: ImageQuery, _ viewer: Viewer, _ reach: Reach) async throws -> Page<Image> {
        let (ids, now) = (try query.ids.map(Self.id), call.now)
        let isNarrowed = !query.owners.isEmpty || !query.executableBy.isEmpty
        let (known, within) = try await call.store.database.read { transaction in
            let images = try ImageTable(transaction).images(ids: ids, taggedBy: viewer.account)
            let known = try Self.visible(images, to: viewer, at: now, in: transaction)
            let ids = known.map(\.id.rawValue)
            return (known, isNarrowed ? try ShareTable(transaction, of: .image).ids(among: ids, within: reach) : Set(ids))
        }
        let missing = Set(ids).subtracting(known.map(\.id))
        guard missing.isEmpty else {
            var seen = Set<ImageID>()
            throw Self.notFound(ids.filter { missing.contains($0) && seen.insert($0).inserted }.map(\.rawValue))
        }
        let found = try known.filter { image in
            guard image.state != .deregistered, within.contains(image.id.rawValue) else { return false }
            return try image.isListed(to: viewer.account, isNamed: true, including: query.inclusion, at: now)
                && image.matches(query.filters)
        }
        return Page(elements: found.map(settled), nextToken: nil)
    }
}

extension ImageQuery {
    /// What the caller asks for of what it sees.
    fileprivate func reach(of viewer: Viewer) throws -> Reach {
        let isPublic = filters.contains { $0.name == "is-public" && $0.literals == ["true"] }
        return try viewer.reach(owners: owners, ownerIDs: filters.owners, users: executableBy, isPublic: isPublic)
    }
}

extension [Filter] {
    /// The owners that a filter names in full, for the index; nil where none does.
    var owners: [String]? { first { $0.name == "owner-id" }?.literals }
}

extension ImageSearch {
    fileprivate init(_ filters: [Filter], by account: AccountID) {
        self.init()
        tags = TagSearch.all(in: filters, by: account)
        names = filters.literals(of: "name")
        ids = filters.literals(of: "image-id")
        states = filters.literals(of: "state")
        sourceImageIDs = filters.literals(of: "source-image-id")
        // Also by a pattern: what has no source matches none.
        isCopied = filters.contains { $0.name == "source-image-id" }
        sourceInstanceIDs = filters.literals(of: "source-instance-id")
        snapshotIDs = filters.literals(of: "block-device-mapping.snapshot-id")
    }
}
