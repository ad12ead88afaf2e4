/// The states of a snapshot (ami-behaviour.md, section 3.3).
package enum SnapshotState: String, Sendable {
    case pending
    case completed
    case error
}
