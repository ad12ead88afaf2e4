/// The actions that move images and disks as objects.
extension EC2Service {
    static let tasks: [any EC2Action.Type] = [
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
