import Domain
import Services

/// Accounts beside the one of the world.
enum Others {
    static let bob: AccountID = known("444455556666")
    static let carol: AccountID = known("777788889999")
}

extension World {
    func share(_ image: ImageID, with targets: Set<ShareTarget>, storage: [SnapshotID] = [], in region: Region = World.home) async throws {
        try await images(region).share(image.rawValue, SharingChange(adding: targets, removing: []))
        for snapshot in storage { try await share(snapshot, with: targets, in: region) }
    }

    func share(_ snapshot: SnapshotID, with targets: Set<ShareTarget>, in region: Region = World.home) async throws {
        try await snapshots(region).share(snapshot.rawValue, SharingChange(adding: targets, removing: []))
    }

    /// The ids of all images that an account lists.
    func listed(by account: AccountID, in region: Region = World.home, _ change: (inout ImageQuery) -> Void = { _ in }) async throws
        -> [ImageID]
    {
        var query = ImageQuery()
        change(&query)
        return try await Images(call(region, by: account)).describe(query).elements.map(\.id)
    }

    /// The ids of all snapshots that an account lists.
    func listedSnapshots(
        by account: AccountID,
        in region: Region = World.home,
        _ change: (inout SnapshotQuery) -> Void = { _ in }
    ) async throws -> [SnapshotID] {
        var query = SnapshotQuery()
        change(&query)
        return try await Snapshots(call(region, by: account)).describe(query).elements.map(\.id)
    }
}
