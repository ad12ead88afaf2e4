/// The states of a snapshot (docs/behaviour/snapshots.md, "States").
package enum SnapshotState: String, Sendable {
    case pending
    case completed
    case error
    /// In the Recycle Bin. Reads leave it out, but for those of the bin.
    case recoverable
}
