/// ExportImage: the disk of an image becomes an object (docs/behaviour/image-stores-and-import.md, "Exports").
package struct ImageExport: Hashable, Sendable, Codable {
    package let image: ImageID
    /// `RAW`, `VMDK` or `VHD`.
    package let format: String
    package let bucket: String
    package let prefix: String
    package let description: String
    package let role: String?

    package init(image: ImageID, format: String, bucket: String, prefix: String, description: String, role: String?) {
        self.image = image
        self.format = format
        self.bucket = bucket
        self.prefix = prefix
        self.description = description
        self.role = role
    }

    /// The key of the object that a task makes.
    package static func key(of task: String, behind prefix: String, as format: String) -> String {
        "\(prefix)\(task).\(format.lowercased())"
    }
}
