import Blocks
import Domain
import Foundation
import Metadata

/// What CreateRestoreImageTask is asked for.
package struct ImageRestoreRequest: Sendable {
    package var bucket: String
    package var key: String
    /// Nil is the name that the image had.
    package var name: String?
    package var imageTags: [Tag]
    package var snapshotTags: [Tag]

    package init(bucket: String, key: String, name: String?, imageTags: [Tag], snapshotTags: [Tag]) {
        self.bucket = bucket
        self.key = key
        self.name = name
        self.imageTags = imageTags
        self.snapshotTags = snapshotTags
    }
}

extension ImageStores {
    /// Begins to restore an image from an object, which may have been stored by another Ferry. The answer is the id of an image that is
    /// pending, as are its snapshots.
    package func restore(_ request: ImageRestoreRequest) async throws -> ImageID {
        let found = try await check(request)
        let call = call
        let encryption = try await Imports(call).encryption(EncryptionRequest())
        let (id, now) = (ImageID.random(), call.now)
        let snapshots = found.image.disks.map { disk in
            let snapshot = SnapshotID.random()
            return Snapshot(
                id: snapshot,
                owner: call.account,
                volumeID: Snapshot.copiedVolumeID,
                description: disk.description,
                state: .pending,
                startedAt: now,
                sizeGiB: disk.sizeGiB,
                lineage: snapshot,
                encryption: encryption,
                tags: []
            )
        }
        let tags = try zip(snapshots, found.image.disks).map { ($0.id, try TagRules.merge($1.tags.map(\.tag), with: request.snapshotTags)) }
        let image = Image(
            id: id,
            owner: call.account,
            name: request.name ?? found.image.name,
            description: found.image.description,
            state: .pending,
            createdAt: now,
            traits: found.image.traits,
            rootDeviceName: found.image.rootDeviceName,
            devices: found.image.devices.map { BlockDevice($0, over: snapshots) },
            tags: try TagRules.merge(found.image.tags.map(\.tag), with: request.imageTags)
        )
        let work = ImageRestore(
            bucket: request.bucket,
            key: request.key,
            version: found.object.version,
            etag: found.object.etag,
            snapshots: snapshots.map(\.id)
        )
        try await call.store.database.write { transaction in
            let images = ImageTable(transaction)
            if let holder = try images.holder(ofName: image.name, owner: call.account) { throw ImageName.duplicate(image.name, of: holder) }
            try Self.requireRoom(snapshots.reduce(0) { $0 + $1.sizeGiB }, of: call.account, in: transaction)
            for snapshot in snapshots { try SnapshotTable(transaction).insert(snapshot) }
            for (snapshot, tags) in tags { try TagTable(transaction).set(tags, on: .snapshot(snapshot)) }
            try images.insert(image)
            try TagTable(transaction).set(image.tags, on: .image(id))
            try JobTable(transaction).insert(Job(id: id.rawValue, account: call.account, work: .imageRestore(work), createdAt: now))
        }
        call.store.jobsPoke()
        return id
    }

    /// The object and what it says of its image: all that is refused before the answer.
    @discardableResult
    func check(_ request: ImageRestoreRequest) async throws -> (object: StoredObject, image: StoredImage) {
        try TagRules.check(request.imageTags)
        try TagRules.check(request.snapshotTags)
        if let name = request.name { try ImageName.check(name) }
        try await Buckets(call).requireForTask(request.bucket)
        let objects = Objects(call)
        let object: StoredObject
        do {
            object = try await objects.head(request.key, in: request.bucket)
        } catch is MarkerFound {
            throw Fault(.invalidParameterValue, "The object s3://\(request.bucket)/\(request.key) was deleted")
        } catch let fault as Fault {
            throw Fault(.invalidParameterValue, "The object s3://\(request.bucket)/\(request.key) cannot be read: \(fault.message)")
        }
        do {
            let reader = try await ArchiveReader(objects.read(object, range: 0..<object.bytes))
            let image = try StoredImage(decoding: reader.metadata)
            try ImageName.check(request.name ?? image.name)
            return (object, image)
        } catch let error as ArchiveError {
            throw Fault(.invalidRequest, "The object is not a stored image: \(error).")
        }
    }

    package func checkRestore(_ request: ImageRestoreRequest) async throws { try await check(request) }

    private static func requireRoom(_ gibibytes: Int, of account: AccountID, in transaction: Transaction) throws {
        let running = try JobTable(transaction).active(of: account, .imageRestore).flatMap { job -> [SnapshotID] in
            if case .imageRestore(let work) = job.work { work.snapshots } else { [] }
        }
        let total = try SnapshotTable(transaction).snapshots(ids: running).reduce(gibibytes) { $0 + $1.sizeGiB }
        guard running.isEmpty || total <= restoringGiBMax else {
            throw Fault(
                .resourceLimitExceeded,
                "Too much is being restored at once: \(restoringGiBMax) GiB. Wait until an image is available."
            )
        }
    }
}

extension BlockDevice {
    /// A device of an archive over the snapshots that its disks become.
    fileprivate init(_ device: StoredImage.Device, over snapshots: [Snapshot]) {
        guard let volume = device.volume else {
            self.init(name: device.name, target: device.virtualName.map { .ephemeral(virtualName: $0) } ?? .none)
            return
        }
        let snapshot = volume.disk.map { snapshots[$0] }
        let template = VolumeTemplate(
            snapshotID: snapshot?.id,
            sizeGiB: volume.sizeGiB,
            type: VolumeType(rawValue: volume.type) ?? .gp2,
            iops: volume.iops,
            throughput: volume.throughput,
            deletesOnTermination: volume.deletesOnTermination,
            isEncrypted: snapshot?.encryption != nil
        )
        self.init(name: device.name, target: .volume(template))
    }
}
