import Blocks
import Domain
import Foundation
import Metadata

/// Reading snapshots through the EBS direct APIs, on behalf of one caller in one Region (docs/behaviour/ebs-direct.md, "Reading").
package struct BlockReads: Sendable {
    static let resultsMax = 10_000
    static let resultsMin = 100

    let call: Call

    package init(_ call: Call) { self.call = call }

    /// A snapshot of the caller's own, or one that is shared with its account by name: public ones are not read so.
    func snapshot(_ text: String) async throws -> Snapshot {
        let id = try Uploads.id(text)
        let (account, database) = (call.account, call.store.database)
        guard let snapshot = try await database.read({ try SnapshotTable($0).snapshot(id) }) else { throw Uploads.notFound(text) }
        guard snapshot.owner != account else {
            try await call.requireKeys(of: [snapshot])
            return snapshot
        }
        let viewer = try await call.viewer()
        guard try await !database.read({ try Snapshots.within(viewer.directReach, [snapshot], in: $0) }).isEmpty else {
            throw Uploads.notFound(text)
        }
        try await call.requireKeys(of: [snapshot])
        return snapshot
    }

    /// A completed snapshot that the caller may read, with its block map and what it is sealed in.
    func readable(_ text: String) async throws -> (snapshot: Snapshot, root: Digest, seal: SealDomain) {
        let snapshot = try await snapshot(text)
        guard snapshot.state == .completed, let root = snapshot.root.flatMap({ Digest(bytes: $0) }) else {
            throw Uploads.invalid("INVALID_SNAPSHOT_ID", "The snapshot '\(snapshot.id)' is not completed: it is \(snapshot.state.rawValue)")
        }
        guard snapshot.tier == .standard else { throw Uploads.invalid("INVALID_SNAPSHOT_ID", snapshot.archivedMessage) }
        return (snapshot, root, try await call.store.seal(of: snapshot))
    }

    /// Where a page starts and how long it is: `NextToken` beats `StartingBlockIndex`.
    func start(of page: BlockPageRequest, listing: String, in snapshot: Snapshot) throws -> (index: UInt64, count: Int) {
        let count = page.maxResults ?? Self.resultsMax
        guard (Self.resultsMin...Self.resultsMax).contains(count) else {
            throw Uploads.invalid(
                "INVALID_PARAMETER_VALUE",
                "MaxResults must be from \(Self.resultsMin) to \(Self.resultsMax), not \(count)"
            )
        }
        if let token = page.nextToken {
            guard let place = try? call.pageToken(for: listing).open(token), let index = UInt64(place) else {
                throw Uploads.invalid("INVALID_PAGE_TOKEN", "The page token is not valid or has expired")
            }
            return (index, count)
        }
        let index = page.startingBlockIndex ?? 0
        guard index >= 0 else { throw Uploads.invalid("INVALID_PARAMETER_VALUE", "StartingBlockIndex must not be negative") }
        return (UInt64(index), count)
    }
}

/// Which part of a listing of blocks is asked for.
package struct BlockPageRequest: Sendable {
    package var maxResults: Int?
    package var nextToken: String?
    package var startingBlockIndex: Int64?

    package init(maxResults: Int?, nextToken: String?, startingBlockIndex: Int64?) {
        self.maxResults = maxResults
        self.nextToken = nextToken
        self.startingBlockIndex = startingBlockIndex
    }
}

/// A page of blocks, and what clients need to read them.
package struct BlockPage<Element: Sendable>: Sendable {
    package let blocks: [Element]
    package let expiry: Date
    package let sizeGiB: Int
    package let nextToken: String?
}
