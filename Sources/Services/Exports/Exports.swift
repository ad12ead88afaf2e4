import Domain
import Metadata

/// What ExportImage is asked for.
package struct ImageExportRequest: Sendable {
    package var imageID: String
    package var format: String
    package var bucket: String
    package var prefix: String
    package var description: String
    package var role: String?
    package var tags: [Tag]
    package var clientToken: ClientToken?

    package init(
        imageID: String,
        format: String,
        bucket: String,
        prefix: String,
        description: String,
        role: String?,
        tags: [Tag],
        clientToken: ClientToken?
    ) {
        self.imageID = imageID
        self.format = format
        self.bucket = bucket
        self.prefix = prefix
        self.description = description
        self.role = role
        self.tags = tags
        self.clientToken = clientToken
    }
}

/// Exports of images into buckets, on behalf of one caller in one Region (ami-behaviour.md, section 4.8).
package struct Exports: Sendable {
    package static let formats = ["RAW", "VMDK", "VHD"]
    package static let activeMax = 20
    private static let action = "ExportImage"

    let call: Call

    package init(_ call: Call) { self.call = call }

    /// Begins to write the disk of an image into a bucket.
    package func export(_ request: ImageExportRequest) async throws -> Job {
        try TagRules.check(request.tags)
        if let known = try await Jobs(call).replay(request.clientToken, of: Self.action) { return known }
        let image = try await check(request)
        let work = ImageExport(
            image: image.id,
            format: request.format.uppercased(),
            bucket: request.bucket,
            prefix: request.prefix,
            description: request.description,
            role: request.role
        )
        let id = ExportImageTaskID.random()
        let job = Job(id: id.rawValue, account: call.account, work: .imageExport(work), createdAt: call.now, message: "pending")
        return try await Jobs(call).begin(
            JobStart(
                job: job,
                action: Self.action,
                resource: .exportImageTask(id),
                tags: request.tags,
                token: request.clientToken,
                limit: Self.activeMax,
                kinds: [.imageExport]
            )
        )
    }

    /// That there is one disk to export, and a bucket for it.
    @discardableResult
    package func check(_ request: ImageExportRequest) async throws -> Image {
        guard Self.formats.contains(request.format.uppercased()) else {
            let names = Self.formats.joined(separator: ", ")
            throw Fault(.invalidParameterValue, "Invalid value '\(request.format.prefix(64))' for diskImageFormat: expected \(names)")
        }
        let (id, account) = (try Images.id(request.imageID), call.account)
        let image = try await call.store.database.read { transaction in
            let image = try Images.own(id, of: account, in: transaction)
            guard image.state == .available else { throw Images.unavailable(id) }
            return image
        }
        guard image.bundle == nil else {
            throw Fault(.unsupportedOperation, "The image \(id) is instance-store backed: it is in a bucket already, as a bundle")
        }
        guard image.snapshotIDs.count == 1 else {
            throw Fault(.unsupportedOperation, "The image \(id) has \(image.snapshotIDs.count) disks: images of one disk are exported")
        }
        try await Buckets(call).requireForTask(request.bucket)
        guard request.prefix.utf8.count <= 900 else {
            throw Fault(.invalidParameterValue, "The prefix has \(request.prefix.utf8.count) bytes; at most 900 are allowed")
        }
        return image
    }
}
