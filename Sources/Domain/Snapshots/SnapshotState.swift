/// The states of a snapshot (docs/behaviour/snapshots.md, "States").
package enum SnapshotState: String, Sendable {
    case pending
    case completed
    case error
}
