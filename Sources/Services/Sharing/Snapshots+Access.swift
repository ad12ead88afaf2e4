import Domain
import Metadata

/// Which snapshot a caller may do something with (docs/behaviour/sharing.md, "Who sees what").
extension Snapshots {
    /// A snapshot of the caller's own. Another's is not authorized when the caller sees it, and not found when not.
    static func own(_ id: SnapshotID, of viewer: Viewer, in transaction: Transaction) throws -> Snapshot {
        let snapshot = try visible(id, to: viewer, in: transaction)
        guard snapshot.owner == viewer.account else { throw Fault(.authFailure, "Not authorized for snapshot:\(id)") }
        return snapshot
    }

    /// A snapshot that the caller sees.
    static func visible(_ id: SnapshotID, to viewer: Viewer, in transaction: Transaction) throws -> Snapshot {
        guard let snapshot = try SnapshotTable(transaction).snapshot(id),
            try within(viewer.reach, [snapshot], in: transaction).count == 1
        else { throw notFound(id.rawValue) }
        return snapshot
    }

    /// Those of some snapshots that are within a reach.
    static func within(_ reach: Reach, _ snapshots: [Snapshot], in transaction: Transaction) throws -> [Snapshot] {
        let others = snapshots.filter { !reach.holds(owner: $0.owner, sharedWith: []) }.map(\.id.rawValue)
        guard !others.isEmpty else { return snapshots }
        let shared = try ShareTable(transaction, of: .snapshot).ids(among: others, within: reach)
        return snapshots.filter { reach.holds(owner: $0.owner, sharedWith: []) || shared.contains($0.id.rawValue) }
    }
}
