import Domain
import Metadata

/// What ExportImage is asked for.
package struct ImageExportRequest: Sendable {
    package var imageID: String
    package var format: String
    package var bucket: String
    package var prefix: String
    package var options: TaskOptions

    package init(imageID: String, format: String, bucket: String, prefix: String, options: TaskOptions) {
        self.imageID = imageID
        self.format = format
        self.bucket = bucket
        self.prefix = prefix
        self.options = options
    }
}

/// Exports of images into buckets, on behalf of one caller in one Region (docs/behaviour/image-stores-and-import.md, "Exports").
package struct Exports: Sendable {
    package static let formats = ["RAW", "VMDK", "VHD"]
    package static let activeMax = 20
    private static let action = TaskAction(name: "ExportImage", limit: activeMax, kinds: [.imageExport])

    /// Of the object.
    static let attributes = ObjectAttributes(acl: .bucketOwnerFullControl)

    let call: Call

    package init(_ call: Call) { self.call = call }

    /// Begins to write the disk of an image into a bucket.
    package func export(_ request: ImageExportRequest) async throws -> Job {
        let id = ExportImageTaskID.random()
        return try await Jobs(call).begin(Self.action, as: .exportImageTask(id), request.options) {
            let image = try await check(request, as: id)
            return .imageExport(
                ImageExport(
                    image: image.id,
                    format: request.format.uppercased(),
                    bucket: request.bucket,
                    prefix: request.prefix,
                    description: request.options.description,
                    role: request.options.role
                )
            )
        }
    }

    /// That there is one disk to export, and a bucket for it.
    private func check(_ request: ImageExportRequest, as task: ExportImageTaskID) async throws -> Image {
        guard Self.formats.contains(request.format.uppercased()) else {
            let names = Self.formats.joined(separator: ", ")
            throw Fault(.invalidParameterValue, "Invalid value '\(request.format.prefix(64))' for diskImageFormat: expected \(names)")
        }
        let id = try Images.id(request.imageID)
        let (image, snapshots) = try await Self.source(id, by: call)
        guard image.bundle == nil else {
            throw Fault(.unsupportedOperation, "The image \(id) is instance-store backed: it is in a bucket already, as a bundle")
        }
        guard snapshots.count == 1 else {
            throw Fault(.unsupportedOperation, "The image \(id) has \(snapshots.count) disks: images of one disk are exported")
        }
        let key = ImageExport.key(of: task.rawValue, behind: request.prefix, as: request.format)
        try await Buckets(call).requireForTask(request.bucket, toMake: key, Self.attributes)
        guard request.prefix.utf8.count <= 900 else {
            throw Fault(.invalidParameterValue, "The prefix has \(request.prefix.utf8.count) bytes; at most 900 are allowed")
        }
        return image
    }

    /// An image of the caller's own and its snapshots, which the caller must be let read. To be asked again when they are read, since sharing
    /// ends.
    static func source(_ id: ImageID, by call: Call) async throws -> (Image, [Snapshot]) {
        let viewer = try await call.viewer()
        let (image, snapshots) = try await call.store.database.read { transaction in
            let image = try Images.own(id, of: viewer, at: call.now, in: transaction)
            guard image.state == .available else { throw Images.unavailable(id) }
            return (image, try Images.storage(of: image, for: viewer.account, within: viewer.reach, in: transaction))
        }
        try await KeySelection.refused { try await call.requireKeys(of: snapshots) }
        return (image, snapshots)
    }
}
