import Wire

/// The actions on snapshots.
extension EC2Service {
    static let snapshots: [any Action<QueryReader>.Type] = [
        CopySnapshot.self,
        DeleteSnapshot.self,
        DescribeSnapshotAttribute.self,
        DescribeSnapshots.self,
    ]
}
