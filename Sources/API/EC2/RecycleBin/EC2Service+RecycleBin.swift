import Wire

/// The actions on what is in the Recycle Bin. Its rules are another service's: see `RBinService`.
extension EC2Service {
    static let recycleBin: [any Action<QueryReader>.Type] = [
        ListImagesInRecycleBin.self,
        ListSnapshotsInRecycleBin.self,
        RestoreImageFromRecycleBin.self,
        RestoreSnapshotFromRecycleBin.self,
    ]
}
