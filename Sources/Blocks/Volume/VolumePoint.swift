/// A point in time of a volume: what it held when its layer was frozen. It can be kept in a row.
package struct VolumePoint: Hashable, Sendable {
    /// The last layer that belongs to it.
    package let layer: UInt64
    package let volumeBytes: UInt64

    package init(layer: UInt64, volumeBytes: UInt64) {
        self.layer = layer
        self.volumeBytes = volumeBytes
    }
}

/// What became of a point in time in the store.
package struct VolumeLaying: Hashable, Sendable {
    /// Under which the root stands.
    package let address: Digest
    package let root: BlockMapRoot
    /// Blocks that were looked at; those of zeros among them were not stored.
    package let dirtyBlocks: UInt64
}
