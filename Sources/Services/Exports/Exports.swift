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
        let call = call
        let mismatch = Fault(.idempotentParameterMismatch, "The client token was used before with other parameters: use a new token")
        @Sendable func known(_ transaction: Transaction) throws -> Job? {
            let id = try request.clientToken?.replayedResource(of: Self.action, account: call.account, mismatch: mismatch, in: transaction)
            return try id.flatMap { try JobTable(transaction).job($0) }
        }
        if let job = try await call.store.database.read({ try known($0) }) { return job }
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
        let begun = try await call.store.database.write { transaction in
            if let job = try known(transaction) { return job }
            guard try JobTable(transaction).count(of: job.account, [.imageExport]) < Self.activeMax else {
                throw Fault(.resourceLimitExceeded, "Too many export tasks in progress. The limit is \(Self.activeMax).")
            }
            try JobTable(transaction).insert(job)
            try TagTable(transaction).set(request.tags, on: .exportImageTask(id))
            try request.clientToken?.remember(job.id, of: Self.action, account: job.account, at: job.createdAt, in: transaction)
            return job
        }
        call.store.jobsPoke()
        return begun
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
        _ = try await requireBucket(request.bucket)
        guard request.prefix.utf8.count <= 900 else {
            throw Fault(.invalidParameterValue, "The prefix has \(request.prefix.utf8.count) bytes; at most 900 are allowed")
        }
        return image
    }

    private func requireBucket(_ name: String) async throws -> Bucket {
        do {
            return try await Buckets(call).require(name)
        } catch let elsewhere as BucketElsewhere {
            throw Fault(.invalidParameterValue, "The bucket \(name.prefix(64)) is in \(elsewhere.region): name one of \(call.region)")
        } catch let fault as Fault {
            throw Fault(.invalidParameterValue, "The S3 bucket '\(name.prefix(64))' cannot be written to: \(fault.message)")
        }
    }
}
