import Domain

/// What a copy of an image would be: how much it would move, how long that takes at the rate seen lately, and what stands in its way.
package struct ImageCopyEstimate: Sendable {
    package struct Disk: Sendable {
        package let snapshot: SnapshotID
        package let sizeGiB: Int
        /// Bytes of the blocks with data.
        package let bytesTotal: Int64
        /// Those of them that would be moved. What disks of the image share counts for the first. Nil where it cannot be told.
        package internal(set) var bytesToMove: Int64?
        /// Whether it may be less.
        package internal(set) var isUpperBound = false
    }

    /// Those of the image's snapshots, in the order of its devices; none where the image is not to be seen, and of an instance-store image.
    package internal(set) var disks: [Disk] = []
    /// Of all disks, or of the parts of a bundle.
    package internal(set) var bytesTotal: Int64?
    /// Nil where something in the way keeps it from being counted.
    package internal(set) var bytesToMove: Int64?
    package internal(set) var isUpperBound = false
    /// Nil where no copy tells it.
    package internal(set) var rate: Throughput?
    package internal(set) var obstacles: [CopyObstacle] = []

    /// How long it takes at that rate.
    package var seconds: Int64? {
        guard let bytesToMove else { return nil }
        return bytesToMove == 0 ? 0 : rate?.seconds(for: bytesToMove)
    }
}

/// What stands in the way of a copy.
package enum CopyObstacle: Sendable {
    /// CopyImage would be refused with this: a `Fault`, a `KeyUnusable` or an `AccessDenied`.
    case refused(any Error)
    /// It would be taken on, and fail.
    case failing(StateReason)
}
