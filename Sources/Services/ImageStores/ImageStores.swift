import Domain
import Metadata

/// Storing images as objects and restoring them, on behalf of one caller in one Region (docs/behaviour/image-stores-and-import.md,
/// "Storing an image").
package struct ImageStores: Sendable {
    static let imageGiBMax = 5_000
    static let storingGiBMax = 1_200
    static let restoringGiBMax = 600
    static let tagsMax = 10

    let call: Call

    package init(_ call: Call) { self.call = call }

    /// Begins to store an image as one object. Returns its key.
    ///
    /// - Parameters:
    ///   - place: a bucket in the Region that the caller may write to, with a path behind a slash where one is wanted.
    ///   - tags: of the object.
    package func store(_ imageID: String, in place: String, tags: [Tag]) async throws -> String {
        let work = try await check(imageID, in: place, tags: tags)
        let id = StoreImageTaskID.random()
        let job = Job(
            id: id.rawValue,
            account: call.account,
            caller: await call.jobCaller,
            work: .imageStore(work),
            createdAt: call.now
        )
        try await call.commit { transaction in
            try Self.requireRoom(for: work.image, of: job.account, in: transaction)
            try JobTable(transaction).insert(job)
        }
        call.store.jobsWakeup()
        return work.key
    }

    /// All that is refused before the answer but too much at once.
    private func check(_ imageID: String, in place: String, tags: [Tag]) async throws -> ImageStore {
        guard tags.count <= Self.tagsMax else {
            throw Fault(.invalidParameterValue, "An object has at most \(Self.tagsMax) tags, not \(tags.count)")
        }
        try TagRules.check(tags)
        let id = try Images.id(imageID)
        let (image, snapshots) = try await Self.source(id, by: call)
        let gibibytes = snapshots.reduce(0) { $0 + $1.sizeGiB }
        guard image.bundle == nil else {
            throw Fault(.invalidRequest, "The image \(id) is instance-store backed: only images backed by EBS are stored")
        }
        guard image.traits.virtualization == .hvm else {
            throw Fault(.invalidRequest, "The image \(id) is paravirtual, which is not stored")
        }
        guard gibibytes <= Self.imageGiBMax else {
            throw Fault(.invalidRequest, "The image \(id) has \(gibibytes) GiB; images of up to \(Self.imageGiBMax) are stored")
        }
        let (name, text) = Self.place(of: imageID, in: place)
        let labels = Dictionary(uniqueKeysWithValues: tags.map { ($0.key, $0.value) })
        let bucket = try await Buckets(call).requireForTask(name, toMake: text, ObjectAttributes(tags: labels))
        guard let key = ManifestLocation(rawValue: "\(bucket.name)/\(text)")?.key else {
            throw Fault(
                .invalidParameterValue,
                "The path in the bucket cannot be used: with the name of the object it may have 1024 bytes, and no control characters"
            )
        }
        let known = try await call.store.database.read { try ObjectTable($0).latest(key, in: bucket.name) }
        guard known == nil || known?.isMarker == true else {
            throw Fault(.invalidRequest, "The bucket \(bucket.name) has the object \(key) already: delete it to store the image again")
        }
        return ImageStore(
            image: id,
            bucket: bucket.name.rawValue,
            key: key.text,
            tags: labels
        )
    }

    /// Where an image is stored: in a bucket, with a path behind a slash where one is wanted.
    package static func place(of imageID: String, in place: String) -> (bucket: String, key: String) {
        let parts = place.split(separator: "/", maxSplits: 1).map(String.init)
        let path = parts.count == 2 ? parts[1] + (parts[1].hasSuffix("/") ? "" : "/") : ""
        return (parts.first ?? "", "\(path)\(imageID).bin")
    }

    /// An image and its snapshots as they may be stored: the caller's own, or shared with its account by name. To be asked again when they are
    /// read, since sharing ends.
    static func source(_ id: ImageID, by call: Call) async throws -> (Image, [Snapshot]) {
        let (viewer, now) = (try await call.viewer(), call.now)
        let (image, snapshots) = try await call.store.database.read { transaction in
            let image = try Images.visible(id, to: viewer, at: now, in: transaction)
            guard image.state == .available else { throw Images.unavailable(id) }
            guard try !ShareTable(transaction, of: .image).ids(among: [id.rawValue], within: viewer.directReach).isEmpty else {
                throw Fault(.invalidRequest, "The image \(id) is neither the account's own nor shared with it by its id: it is not stored")
            }
            return (image, try Images.storage(of: image, for: viewer.account, within: viewer.directReach, in: transaction))
        }
        try await KeySelection.refused { try await call.requireKeys(of: snapshots) }
        return (image, snapshots)
    }

    private static func gibibytes(of image: Image, in transaction: Transaction) throws -> Int {
        try SnapshotTable(transaction).snapshots(ids: image.snapshotIDs).reduce(0) { $0 + $1.sizeGiB }
    }

    private static func requireRoom(for image: ImageID, of account: AccountID, in transaction: Transaction) throws {
        let running = try JobTable(transaction).underWay(of: account, .imageStore).compactMap { job -> ImageID? in
            if case .imageStore(let work) = job.work { work.image } else { nil }
        }
        let total = try ImageTable(transaction).images(ids: running + [image]).reduce(0) { try $0 + gibibytes(of: $1, in: transaction) }
        guard !running.contains(image) else {
            throw Fault(.resourceLimitExceeded, "The image \(image) is being stored already: wait until that task has ended")
        }
        guard running.isEmpty || total <= storingGiBMax else {
            throw Fault(
                .resourceLimitExceeded,
                "Too much is being stored at once, more than \(storingGiBMax) GiB of images: wait until a task has ended"
            )
        }
    }
}

extension ImageStores {
    private static let filterNames: Set<String> = ["task-state", "bucket"]
    private static let idsMax = 20

    /// Store tasks, of images or all, that match; those of the last 31 days.
    package func describe(_ imageIDs: [String], filters: [Filter], page: PageRequest) async throws -> Page<Job> {
        try FilterRules.check(filters, names: Self.filterNames)
        guard imageIDs.count <= Self.idsMax else {
            throw Fault(.invalidParameterValue, "At most \(Self.idsMax) images can be named, not \(imageIDs.count)")
        }
        try page.check(besides: imageIDs, "ImageIds")
        let wanted = Set(try imageIDs.map(Images.id))
        let (account, database) = (call.account, call.store.database)
        return try await page.collect(
            token: call.pageToken(for: "DescribeStoreImageTasks"),
            place: \.id,
            batch: { after, limit in
                try await database.read { try JobTable($0).page(of: account, .imageStore, after: after, limit: limit) }
            },
            where: { job in
                guard case .imageStore(let work) = job.work, wanted.isEmpty || wanted.contains(work.image) else { return false }
                return filters.allSatisfy { $0.matches(anyOf: [$0.name == "bucket" ? work.bucket : job.storeState]) }
            }
        )
    }
}

extension Job {
    /// In the words of DescribeStoreImageTasks.
    package var storeState: String {
        switch state {
        case .active, .failing, .cancelling: "InProgress"
        case .completed: "Completed"
        case .failed, .cancelled: "Failed"
        }
    }
}
