import Domain
import Metadata

/// What rows say of the bytes of a volume, or of the disk of an instance. Those of a deleted one are kept for its pending snapshots.
struct VolumeStanding: Sendable {
    let base: Volume.Base?
    let mergedThrough: UInt64
    let volumeBytes: UInt64
    /// What its layers are sealed in.
    let domain: DomainID?
    let isDeleted: Bool

    /// Nil when nothing needs the bytes.
    init?(of id: VolumeID, in transaction: Transaction) throws {
        if let volume = try VolumeTable(transaction).volume(id) {
            self.init(
                base: volume.base,
                mergedThrough: volume.mergedThrough,
                volumeBytes: UInt64(volume.shape.sizeGiB) << 30,
                domain: volume.encryption?.domain,
                isDeleted: false
            )
        } else if let disk = try InstanceDiskTable(transaction).disk(id) {
            self.init(
                base: disk.root.map { Volume.Base(root: $0, domain: nil) },
                mergedThrough: 0,
                volumeBytes: disk.byteCount,
                domain: nil,
                isDeleted: false
            )
        } else {
            guard let row = try VolumeSnapshotTable(transaction).last(of: id),
                let snapshot = try SnapshotTable(transaction).snapshot(row.snapshot)
            else { return nil }
            self.init(
                base: row.base,
                mergedThrough: row.mergedThrough,
                volumeBytes: snapshot.volumeBytes,
                domain: snapshot.encryption?.domain,
                isDeleted: true
            )
        }
    }

    private init(base: Volume.Base?, mergedThrough: UInt64, volumeBytes: UInt64, domain: DomainID?, isDeleted: Bool) {
        self.base = base
        self.mergedThrough = mergedThrough
        self.volumeBytes = volumeBytes
        self.domain = domain
        self.isDeleted = isDeleted
    }
}
