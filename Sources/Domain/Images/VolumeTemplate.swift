/// The volume that an image makes for a device when it is launched.
package struct VolumeTemplate: Hashable, Sendable {
    /// The snapshot that the volume starts from; an empty volume has none.
    package var snapshotID: SnapshotID?
    package var sizeGiB: Int
    package var type: VolumeType
    /// Kept only when it was given: Terraform compares what it registered with what it reads.
    package var iops: Int?
    package var throughput: Int?
    package var deletesOnTermination: Bool
    /// As its snapshot is; of an empty volume, as it was registered.
    package var isEncrypted: Bool

    package init(
        snapshotID: SnapshotID?,
        sizeGiB: Int,
        type: VolumeType,
        iops: Int? = nil,
        throughput: Int? = nil,
        deletesOnTermination: Bool,
        isEncrypted: Bool = false
    ) {
        self.snapshotID = snapshotID
        self.sizeGiB = sizeGiB
        self.type = type
        self.iops = iops
        self.throughput = throughput
        self.deletesOnTermination = deletesOnTermination
        self.isEncrypted = isEncrypted
    }
}
