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
    /// The caller's images that match, ordered by id.
    ///
    /// What an index can find is looked up (ids, exact names, tags, snapshots, sources, states); the rest is matched on a thousand rows
    /// at a time, so memory holds one page however many images there are.
    package func describe(_ query: ImageQuery) async throws -> Page<Image> {
        try FilterRules.check(query.filters, names: Image.filterNames)
        guard query.ids.isEmpty || query.page.maxResults == nil else {
            throw Fault(.invalidParameterCombination, "The parameter ImageIds cannot be used with the parameter MaxResults")
        }
        let account = call.account
        let ids = try query.ids.map(Self.id)
        let database = call.store.database
        if !ids.isEmpty {
            let known = try await database.read { try ImageTable($0).images(ids: ids) }.filter { $0.owner == account }
            let missing = Set(ids).subtracting(known.map(\.id))
            guard missing.isEmpty else {
                var seen = Set<ImageID>()
                throw Self.notFound(ids.filter { missing.contains($0) && seen.insert($0).inserted }.map(\.rawValue))
            }
            // One that was deregistered lately is left out rather than an error (docs/behaviour/images.md, "Describing").
            let found = try known.filter { try $0.state != .deregistered && matches($0, query) }.map(settled)
            return Page(elements: found, nextToken: nil)
        }
        var search = ImageSearch(query.filters)
        search.owners = [account.rawValue]
        let narrowed = search
        let page = try await query.page.collect(
            token: call.pageToken(for: "DescribeImages"),
            place: \.id.rawValue,
            batch: { after, limit in
                try await database.read {
                    try ImageTable($0).page(of: narrowed, after: after.flatMap(ImageID.init(rawValue:)), limit: limit)
                }
            },
            where: { try matches($0, query) }
        )
        return Page(elements: page.elements.map(settled), nextToken: page.nextToken)
    }

    private func settled(_ image: Image) -> Image { image.settled(at: call.now) }

    private func matches(_ image: Image, _ query: ImageQuery) throws -> Bool {
        let isNamed = !query.ids.isEmpty
        guard image.isListed(to: call.account, isNamed: isNamed, including: query.inclusion, at: call.now) else { return false }
        let isOwned = query.owners.isEmpty || query.owners.contains("self") || query.owners.contains(image.owner.rawValue)
        // ExecutableBy lists what was shared with somebody: nothing is shared yet.
        return try isOwned && query.executableBy.isEmpty && image.matches(query.filters)
    }
}

extension ImageSearch {
    fileprivate init(_ filters: [Filter]) {
        self.init()
        for filter in filters {
            guard let literals = filter.literals else { continue }
            if let key = filter.tagKey {
                tags.append((key: key, values: literals))
                continue
            }
            switch filter.name {
            case "name": names = narrowing(names, literals)
            case "image-id": ids = narrowing(ids, literals)
            case "state": states = narrowing(states, literals)
            case "source-image-id": sourceImageIDs = narrowing(sourceImageIDs, literals)
            case "block-device-mapping.snapshot-id": snapshotIDs = narrowing(snapshotIDs, literals)
            default: break
            }
        }
    }

    /// Two filters of one name must both match.
    private func narrowing(_ existing: [String]?, _ literals: [String]) -> [String] {
        existing.map { $0.filter(Set(literals).contains) } ?? literals
    }
}
