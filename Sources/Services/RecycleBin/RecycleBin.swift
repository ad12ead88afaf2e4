import Domain
import Foundation
import Metadata

/// What is in the Recycle Bin, on behalf of one caller in one Region (docs/behaviour/recycle-bin.md).
package struct RecycleBin: Sendable {
    package static let sizes = 1...1000
    private static let namedMax = 20
    let call: Call

    package init(_ call: Call) { self.call = call }
}

/// A thing in the bin, and what it was.
package struct Recycled<Value: Sendable>: Sendable {
    package let value: Value
    package let resource: RecycledResource
}

extension RecycleBin {
    /// Puts an image that is being deregistered into the bin, where a rule of its owner says so.
    static func keep(_ image: Image, at now: Date, in transaction: Transaction) throws {
        guard image.bundle == nil, image.state == .available || image.state == .disabled else { return }
        guard let end = try exit(of: image.tags, .image, of: image.owner, at: now, in: transaction) else { return }
        try RecycleBinTable(transaction).insert(
            RecycledResource(
                id: image.id.rawValue,
                kind: .image,
                account: image.owner,
                imageState: image.state,
                tags: image.tags,
                enteredAt: now,
                exitsAt: end
            )
        )
    }

    /// Puts a snapshot that is being deleted into the bin, where a rule of its owner says so.
    ///
    /// - Returns: whether it is there.
    static func keep(_ snapshot: Snapshot, at now: Date, in transaction: Transaction) throws -> Bool {
        guard snapshot.state == .completed else { return false }
        guard let end = try exit(of: snapshot.tags, .snapshot, of: snapshot.owner, at: now, in: transaction) else { return false }
        try RecycleBinTable(transaction).insert(
            RecycledResource(
                id: snapshot.id.rawValue,
                kind: .snapshot,
                account: snapshot.owner,
                tags: snapshot.tags,
                enteredAt: now,
                exitsAt: end
            )
        )
        // A lock that is over goes, as it does with a snapshot that is deleted.
        try SnapshotLockTable(transaction).delete(snapshot.id)
        try TagTable(transaction).removeAll(from: .snapshot(snapshot.id))
        try SnapshotTable(transaction).setRecycled(true, snapshot.id)
        return true
    }

    private static func exit(
        of tags: [Tag],
        _ kind: RecyclableKind,
        of account: AccountID,
        at now: Date,
        in transaction: Transaction
    ) throws -> Date? {
        let rules = try RetentionRuleTable(transaction).rules(of: account, for: kind)
        return RetentionRule.days(of: rules, for: tags).map { now.addingTimeInterval(Double($0) * RecycledResource.daySeconds) }
    }
}

extension RecycleBin {
    package func images(_ ids: [String], page: PageRequest) async throws -> Page<Recycled<Image>> {
        try await list(ids, .image, id: Images.id, missing: { Images.notFound([$0]) }, page: page) { ids, transaction in
            try ImageTable(transaction).images(ids: ids)
        }
    }

    package func snapshots(_ ids: [String], page: PageRequest) async throws -> Page<Recycled<Snapshot>> {
        try await list(ids, .snapshot, id: Snapshots.id, missing: Snapshots.notFound, page: page) { ids, transaction in
            try SnapshotTable(transaction).recycled(ids: ids)
        }
    }

    private func list<ID: ResourceID, Value: Identifiable & Sendable>(
        _ names: [String],
        _ kind: RecyclableKind,
        id: (String) throws -> ID,
        missing: @escaping @Sendable (String) -> Fault,
        page: PageRequest,
        values: @escaping @Sendable ([ID], Transaction) throws -> [Value]
    ) async throws -> Page<Recycled<Value>> where Value.ID == ID {
        guard names.isEmpty || page.maxResults == nil else {
            throw Fault(.invalidParameterCombination, "Ids and MaxResults cannot be used together")
        }
        guard names.count <= Self.namedMax else {
            throw Fault(.invalidParameterValue, "At most \(Self.namedMax) ids can be named")
        }
        let (account, now, database) = (call.account, call.now, call.store.database)
        @Sendable func recycled(_ resources: [RecycledResource], _ transaction: Transaction) throws -> [Recycled<Value>] {
            let found = Dictionary(
                uniqueKeysWithValues: try values(resources.compactMap { ID(rawValue: $0.id) }, transaction).map { ($0.id, $0) }
            )
            return resources.compactMap { resource in
                ID(rawValue: resource.id).flatMap { found[$0] }.map { Recycled(value: $0, resource: resource) }
            }
        }
        if !names.isEmpty {
            let ids = try names.map(id)
            let elements = try await database.read { transaction in
                try recycled(ids.map { try Self.own($0.rawValue, of: account, at: now, missing, in: transaction) }, transaction)
            }
            return Page(elements: elements, nextToken: nil)
        }
        return try await page.collect(
            token: call.pageToken(for: "RecycleBin/\(kind.rawValue)"),
            place: \.resource.id,
            batch: { after, limit in
                try await database.read { transaction in
                    try recycled(RecycleBinTable(transaction).page(of: account, kind, after: after, at: now, limit: limit), transaction)
                }
            },
            where: { _ in true }
        )
    }

    /// Brings an image back, with its tags, in the state that it was in. Its snapshots must be there.
    package func restoreImage(_ id: String) async throws {
        let id = try Images.id(id)
        let (account, now) = (call.account, call.now)
        let publicMax = try await call.quota(.publicImages)
        try await call.commit { transaction in
            let images = ImageTable(transaction)
            let kept = try Self.own(id.rawValue, of: account, at: now, { Images.notFound([$0]) }, in: transaction)
            guard let image = try images.image(id), let state = kept.imageState else { throw Images.notFound([id.rawValue]) }
            if let holder = try images.holder(ofName: image.name, owner: account) { throw ImageName.duplicate(image.name, of: holder) }
            try Self.checkSnapshots(of: image, in: transaction)
            if state == .available { try Images.requireStandardTier(of: image, in: transaction) }
            // It is shared as it was before, and counts as public again.
            let shares = ShareTable(transaction, of: .image)
            if try shares.targets(of: id.rawValue).contains(.everyone), try shares.publicCount(of: account) >= publicMax {
                throw SharingRules.tooManyPublicImages(publicMax)
            }
            try images.setState(state, reason: nil, of: id)
            try TagTable(transaction).set(kept.tags, on: .image(id), by: account)
            try RecycleBinTable(transaction).delete(id.rawValue)
        }
    }

    private static func checkSnapshots(of image: Image, in transaction: Transaction) throws {
        let there = Set(try SnapshotTable(transaction).snapshots(ids: image.snapshotIDs).map(\.id))
        guard let missing = image.snapshotIDs.first(where: { !there.contains($0) }) else { return }
        guard try SnapshotTable(transaction).recycled(ids: [missing]).isEmpty else {
            let remedy = "Restore it first, with RestoreSnapshotFromRecycleBin"
            throw Fault(
                .incorrectState,
                "The image '\(image.id)' cannot be restored: its snapshot \(missing) is in the Recycle Bin. \(remedy)."
            )
        }
        throw Fault(.incorrectState, "The image '\(image.id)' cannot be restored: its snapshot \(missing) was deleted")
    }

    /// Brings a snapshot back, with its tags.
    package func restoreSnapshot(_ id: String) async throws -> Snapshot {
        let id = try Snapshots.id(id)
        let (account, now) = (call.account, call.now)
        return try await call.commit { transaction in
            let table = SnapshotTable(transaction)
            let kept = try Self.own(id.rawValue, of: account, at: now, Snapshots.notFound, in: transaction)
            try table.setRecycled(false, id)
            try TagTable(transaction).set(kept.tags, on: .snapshot(id), by: account)
            try RecycleBinTable(transaction).delete(id.rawValue)
            guard let snapshot = try table.snapshot(id) else { throw Snapshots.notFound(id.rawValue) }
            return snapshot
        }
    }

    private static func own(
        _ id: String,
        of account: AccountID,
        at now: Date,
        _ missing: (String) -> Fault,
        in transaction: Transaction
    ) throws -> RecycledResource {
        guard let resource = try RecycleBinTable(transaction).resource(id), resource.account == account, resource.exitsAt > now else {
            throw missing(id)
        }
        return resource
    }
}

extension RecycleBin {
    /// Lets go of what has been in the bin for its time.
    ///
    /// - Returns: what has left, at most `limit`.
    static func expire(at now: Date, limit: Int, in transaction: Transaction) throws -> [RecycledResource] {
        let due = try RecycleBinTable(transaction).due(at: now, limit: limit)
        for resource in due {
            if let id = SnapshotID(rawValue: resource.id) { try Snapshots.remove(id, at: now, in: transaction) }
            if resource.kind == .image { try ShareTable(transaction, of: .image).removeAll(of: resource.id) }
            try RecycleBinTable(transaction).delete(resource.id)
        }
        return due
    }
}
