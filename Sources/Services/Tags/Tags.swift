import Domain
import Foundation
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
        let (viewer, now, network) = (try await call.viewer(), call.now, call.network)
        try await call.commit { transaction in
            let table = TagTable(transaction)
            for resource in resources {
                try Self.requireVisible(resource, to: viewer, of: network, at: now, in: transaction)
                _ = try TagRules.merge(table.tags(of: resource, by: viewer.account), with: tags)
                try table.set(tags, on: resource, by: viewer.account)
            }
        }
    }

    /// Removes tags: by key, by key and value where a value is given, or all of them. Removing what is not there is fine.
    package func delete(_ tags: [(key: String, value: String?)], from resources: [String]) async throws {
        let resources = try parse(resources)
        let (viewer, now, network) = (try await call.viewer(), call.now, call.network)
        for tag in tags { try TagRules.checkKey(tag.key) }
        try await call.commit { transaction in
            let (table, account) = (TagTable(transaction), viewer.account)
            for resource in resources {
                // Tags on what is no longer shared can still be taken off.
                if try table.tags(of: resource, by: account).isEmpty {
                    try Self.requireVisible(resource, to: viewer, of: network, at: now, in: transaction)
                }
                if tags.isEmpty { try table.removeAll(from: resource, by: account) }
                for tag in tags { try table.remove(key: tag.key, value: tag.value, from: resource, by: account) }
            }
        }
    }

    private func parse(_ resources: [String]) throws -> [TaggableResource] {
        guard resources.count <= Self.resourcesMax else {
            throw Fault(.invalidParameterValue, "At most \(Self.resourcesMax) resources can be tagged in a call")
        }
        return try resources.map { text in
            if let resource = TaggableResource(id: text) { return resource }
            if text.hasPrefix("ami-") { _ = try Images.id(text) }
            if text.hasPrefix("snap-") { _ = try Snapshots.id(text) }
            if text.hasPrefix("vol-") { _ = try Volumes.id(text) }
            if text.hasPrefix("i-") { _ = try Instances.id(text) }
            throw Fault(.invalidID, "The ID '\(text)' is not valid")
        }
    }

    /// An account has tags of its own on whatever it sees.
    private static func requireVisible(
        _ resource: TaggableResource,
        to viewer: Viewer,
        of network: DefaultNetwork,
        at now: Date,
        in transaction: Transaction
    ) throws {
        switch resource {
        case .image(let id): _ = try Images.visible(id, to: viewer, at: now, in: transaction)
        case .snapshot(let id): _ = try Snapshots.visible(id, to: viewer, in: transaction)
        case .volume(let id): _ = try Volumes.own(id, of: viewer.account, in: transaction)
        case .imageUsageReport(let id): _ = try ImageUsageReports.own(id, of: viewer.account, in: transaction)
        case .importSnapshotTask, .importImageTask, .exportImageTask:
            _ = try Jobs.own(resource.id, of: viewer.account, in: transaction)
        case .keyPair(let id): _ = try KeyPairs.own(id, of: viewer.account, in: transaction)
        case .securityGroup(let id): _ = try SecurityGroups.own(.id(id.rawValue), in: SecurityGroups.table(of: network, in: transaction))
        case .securityGroupRule(let id): _ = try SecurityGroups.ownRules([id], of: viewer.account, in: transaction)
        case .instance(let id): _ = try Instances.own(id, of: viewer.account, in: transaction)
        case .networkInterface(let id): _ = try Instances.ownInterface(id, of: viewer.account, in: transaction)
        case .networkPart(let part): guard network.contains(part) else { throw part.kind.notFound(part.rawValue) }
        }
    }
}
