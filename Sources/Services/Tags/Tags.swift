import Domain
import Metadata

/// What can be done with tags, on behalf of one caller in one Region.
package struct Tags: Sendable {
    private static let resourcesMax = 1000
    let call: Call

    package init(_ call: Call) { self.call = call }

    /// Sets tags on resources, all or none.
    package func create(_ tags: [Tag], on resources: [String]) async throws {
        try TagRules.check(tags)
        let resources = try parse(resources)
        let account = call.account
        try await call.commit { transaction in
            let table = TagTable(transaction)
            for resource in resources {
                try Self.requireOwn(resource, of: account, in: transaction)
                _ = try TagRules.merge(table.tags(of: resource), with: tags)
                try table.set(tags, on: resource)
            }
        }
    }

    /// Removes tags: by key, by key and value where a value is given, or all of them. Removing what is not there is fine.
    package func delete(_ tags: [(key: String, value: String?)], from resources: [String]) async throws {
        let resources = try parse(resources)
        let account = call.account
        for tag in tags { try TagRules.checkKey(tag.key) }
        try await call.commit { transaction in
            let table = TagTable(transaction)
            for resource in resources {
                try Self.requireOwn(resource, of: account, in: transaction)
                if tags.isEmpty { try table.removeAll(from: resource) }
                for tag in tags { try table.remove(key: tag.key, value: tag.value, from: resource) }
            }
        }
    }

    private func parse(_ resources: [String]) throws -> [TaggableResource] {
        guard resources.count <= Self.resourcesMax else {
            throw Fault(.invalidParameterValue, "At most \(Self.resourcesMax) resources can be tagged in a call")
        }
        return try resources.map { text in
            if let resource = TaggableResource(id: text) { return resource }
            if text.hasPrefix("ami-") { throw Images.malformed(text) }
            if text.hasPrefix("snap-") { throw Snapshots.malformed(text) }
            throw Fault(.invalidID, "The ID '\(text)' is not valid")
        }
    }

    private static func requireOwn(_ resource: TaggableResource, of account: AccountID, in transaction: Transaction) throws {
        switch resource {
        case .image(let id): _ = try Images.own(id, of: account, in: transaction)
        case .snapshot(let id): _ = try Snapshots.own(id, of: account, in: transaction)
        case .imageUsageReport(let id): _ = try ImageUsageReports.own(id, of: account, in: transaction)
        case .importSnapshotTask, .importImageTask, .exportImageTask: _ = try Jobs.own(resource.id, of: account, in: transaction)
        }
    }
}
