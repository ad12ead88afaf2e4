/// The states of an image (docs/behaviour/images.md, "States").
package enum ImageState: String, Sendable {
    case pending
    case available
    case failed
    /// Hidden and of no use until it is enabled again. It keeps its name and its snapshots.
    case disabled
    /// Kept as a row so that its id answers an empty list rather than an error, and for as long as it can come back from the Recycle Bin.
    case deregistered

    /// Whether it counts against the quota of images. What waits in the Recycle Bin counts beside.
    package var isCounted: Bool { self == .pending || self == .available || self == .disabled }
}
