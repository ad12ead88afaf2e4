/// The actions on snapshots.
extension EC2Service {
    static let snapshots: [any EC2Action.Type] = [
        CopySnapshot.self,
        DeleteSnapshot.self,
        DescribeSnapshotAttribute.self,
        DescribeSnapshots.self,
    ]
}
