/// The id of ImportSnapshot's task, as `import-snap-0123456789abcdef0`.
package struct ImportSnapshotTaskID: ResourceID {
    package static let prefix = "import-snap"
    package let rawValue: String
    package init(wellFormed text: String) { rawValue = text }
}

/// The id of ImportImage's task, as `import-ami-0123456789abcdef0`.
package struct ImportImageTaskID: ResourceID {
    package static let prefix = "import-ami"
    package let rawValue: String
    package init(wellFormed text: String) { rawValue = text }
}

/// The id of ExportImage's task, as `export-ami-0123456789abcdef0`.
package struct ExportImageTaskID: ResourceID {
    package static let prefix = "export-ami"
    package let rawValue: String
    package init(wellFormed text: String) { rawValue = text }
}

/// The id of CreateStoreImageTask's task, Ferry's own: EC2 names such a task by its image.
package struct StoreImageTaskID: ResourceID {
    package static let prefix = "store-ami"
    package let rawValue: String
    package init(wellFormed text: String) { rawValue = text }
}
