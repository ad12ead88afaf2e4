import Domain
import Metadata

extension Keys {
    /// Sets tags on a key; one of the same key is replaced.
    package func tag(_ reference: String, with tags: [Tag]) async throws {
        try KeyTagRules.check(tags)
        try await change(reference, for: "TagResource") { key, transaction in
            try key.requireNotPendingDeletion()
            let table = KeyTagTable(transaction)
            try table.set(tags, on: key.id)
            try KeyTagRules.checkCount(table.tags(of: key.id, limit: TagRules.countMax + 1).count)
        }
    }

    /// Removes tags by their keys; one that is not there is fine.
    package func untag(_ reference: String, keys: [String]) async throws {
        for key in keys { try KeyTagRules.checkKey(key) }
        try await change(reference, for: "UntagResource") { key, transaction in
            try key.requireNotPendingDeletion()
            for tag in keys { try KeyTagTable(transaction).remove(key: tag, from: key.id) }
        }
    }

    package func tags(of reference: String, _ page: KeyPageRequest) async throws -> Page<Tag> {
        let key = try await find(reference, for: "ListResourceTags")
        let database = call.store.database
        return try await page.page(of: "tags/\(key.id)", in: call, standard: 50, max: 50, place: \.key) { place, limit in
            try await database.read { try KeyTagTable($0).tags(of: key.id, after: place, limit: limit) }
        }
    }
}
