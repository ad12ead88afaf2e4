import Wire

/// The actions on snapshots.
extension EC2Service {
    static let snapshots: [any Action<QueryReader>.Type] = [
        CopySnapshot.self,
        DeleteSnapshot.self,
        DescribeLockedSnapshots.self,
        DescribeSnapshotAttribute.self,
        DescribeSnapshotTierStatus.self,
        DescribeSnapshots.self,
        LockSnapshot.self,
        ModifySnapshotTier.self,
        RestoreSnapshotTier.self,
        UnlockSnapshot.self,
    ]
}
