import Domain
import Metadata

extension Tags {
    private static let filterNames: Set<String> = ["key", "resource-id", "resource-type", "value"]

    /// The caller's tags on the Region's resources, ordered by resource and key.
    package func describe(_ filters: [Filter], page: PageRequest) async throws -> Page<TaggedResource> {
        try FilterRules.check(filters, names: Self.filterNames)
        let (account, database) = (call.account, call.store.database)
        return try await page.collect(
            token: call.pageToken(for: "DescribeTags"),
            // Ids hold no space, so the first one ends the id.
            place: { "\($0.resourceID) \($0.tag.key)" },
            batch: { after, limit in
                let place = after?.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                return try await database.read { transaction in
                    let place = place.map { (resourceID: $0[0], key: $0.last ?? "") }
                    return try TagTable(transaction).page(of: account, after: place, limit: limit).map(TaggedResource.init)
                }
            },
            where: { row in filters.allSatisfy { Self.matches(row, $0) } }
        )
    }

    private static func matches(_ row: TaggedResource, _ filter: Filter) -> Bool {
        if let key = filter.tagKey { return row.tag.key == key && filter.matches(anyOf: [row.tag.value]) }
        return switch filter.name {
        case "key": filter.matches(anyOf: [row.tag.key])
        case "resource-id": filter.matches(anyOf: [row.resourceID])
        case "resource-type": filter.matches(anyOf: [row.kind])
        default: filter.matches(anyOf: [row.tag.value])
        }
    }
}

/// A tag and the resource that carries it.
package struct TaggedResource: Sendable {
    package let resourceID: String
    package let kind: String
    package let tag: Tag

    fileprivate init(_ row: TagRow) {
        resourceID = row.resourceID
        kind = row.kind
        tag = row.tag
    }
}
