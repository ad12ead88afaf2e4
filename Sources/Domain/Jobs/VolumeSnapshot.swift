/// CreateSnapshot: what a volume held at the call becomes a snapshot, which is pending until then.
package struct VolumeSnapshot: Hashable, Sendable, Codable {
    package let snapshot: SnapshotID

    package init(snapshot: SnapshotID) { self.snapshot = snapshot }
}
