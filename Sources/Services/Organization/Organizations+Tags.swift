import Domain
import Metadata

extension Organizations {
    package func tag(_ resource: String, with tags: [Tag]) async throws {
        try OrganizationTags.check(tags)
        try await write { rows in
            try Self.requireTaggable(resource, rows)
            let known = Set(try rows.tags.tags(of: resource).map(\.key)).union(tags.map(\.key))
            guard known.count <= OrganizationLimits.tags else { throw OrganizationTags.tooMany }
            try rows.tags.set(tags, of: resource)
        }
    }

    package func untag(_ resource: String, keys: [String]) async throws {
        try await write { rows in
            try Self.requireTaggable(resource, rows)
            try rows.tags.remove(keys, of: resource)
        }
    }

    /// All of them: there are never more than a page.
    package func tags(of resource: String) async throws -> [Tag] {
        try await read { rows in
            try Self.requireTaggable(resource, rows)
            return try rows.tags.tags(of: resource)
        }
    }

    private static func requireTaggable(_ resource: String, _ rows: OrganizationRows) throws {
        if resource.hasPrefix("p-") {
            guard let policy = try rows.policies.policy(resource), !policy.isManagedByAWS else { throw Fault.noSuchTarget }
        } else {
            guard try rows.name(ofTarget: resource) != nil else { throw Fault.noSuchTarget }
        }
    }
}

/// What Organizations allows of tags, beside what its service model says.
enum OrganizationTags {
    static func check(_ tags: [Tag]) throws {
        guard Set(tags.map(\.key)).count == tags.count else {
            throw Fault(.invalidOrganizationInput, "You specified the same tag key more than once.", reason: "DUPLICATE_TAG_KEY")
        }
        guard tags.allSatisfy({ !$0.key.lowercased().hasPrefix("aws:") }) else {
            throw Fault(
                .invalidOrganizationInput,
                "You specified a tag key that begins with the reserved prefix aws:.",
                reason: "INVALID_SYSTEM_TAGS_PARAMETER"
            )
        }
        guard tags.count <= OrganizationLimits.tags else { throw tooMany }
    }

    static let tooMany = Fault.constraint(
        "MAX_TAG_LIMIT_EXCEEDED",
        "You have exceeded the number of tags that a resource can have: \(OrganizationLimits.tags)."
    )
}
