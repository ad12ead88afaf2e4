import Wire

/// The actions that move images and disks as objects.
extension EC2Service {
    static let tasks: [any Action<QueryReader>.Type] = [
        CancelExportTask.self,
        CancelImportTask.self,
        CreateRestoreImageTask.self,
        CreateStoreImageTask.self,
        DescribeExportImageTasks.self,
        DescribeImportImageTasks.self,
        DescribeImportSnapshotTasks.self,
        DescribeStoreImageTasks.self,
        ExportImage.self,
        ImportImage.self,
        ImportSnapshot.self,
    ]
}
