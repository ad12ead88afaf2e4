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
        let snapshots = found.image.snapshots(of: call.account, encryption: encryption, at: now)
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
            devices: try found.image.devices(over: snapshots),
            source: Image.Source(id: found.image.id, region: found.image.region),
            tags: try TagRules.merge(found.image.tags.map(\.tag), with: request.imageTags)
        )
        let work = ImageRestore(
            bucket: request.bucket,
            key: request.key,
            version: found.object.version,
            etag: found.object.etag,
            snapshots: snapshots.map(\.id)
        )
        try await requireTagging(image, tags.map(\.1), request)
        let (quotas, caller) = (try await call.storageQuotas(), await call.jobCaller)
        try await call.commit { transaction in
            let images = ImageTable(transaction)
            if let holder = try images.holder(ofName: image.name, owner: call.account) { throw ImageName.duplicate(image.name, of: holder) }
            try Self.requireRoom(snapshots.reduce(0) { $0 + $1.sizeGiB }, of: call.account, in: transaction)
            try quotas.requireRoomForImage(in: transaction)
            try quotas.requireRoom(forSnapshots: snapshots.count, in: transaction)
            for snapshot in snapshots { try SnapshotTable(transaction).insert(snapshot) }
            for (snapshot, tags) in tags { try TagTable(transaction).set(tags, on: .snapshot(snapshot), by: image.owner) }
            try images.insert(image)
            try TagTable(transaction).set(image.tags, on: .image(id), by: image.owner)
            let job = Job(id: id.rawValue, account: call.account, caller: caller, work: .imageRestore(work), createdAt: now)
            try JobTable(transaction).insert(job)
        }
        call.store.jobsWakeup()
        return id
    }

    /// Tags that come out of the object need the same permission as those that the request names, which was asked for with them alone.
    private func requireTagging(_ image: Image, _ ofSnapshots: [[Tag]], _ request: ImageRestoreRequest) async throws {
        var tagged: [PolicyResource] = []
        if image.tags != request.imageTags { tagged.append(call.image("*").tagged(image.tags)) }
        for tags in ofSnapshots where tags != request.snapshotTags { tagged.append(call.snapshot("*").tagged(tags)) }
        try await Authorizer(call).require("ec2:CreateTags", on: tagged) { ["ec2:createaction": ["CreateRestoreImageTask"]] }
    }

    /// The object and what it says of its image: all that is refused before the answer.
    private func check(_ request: ImageRestoreRequest) async throws -> (object: StoredObject, image: StoredImage) {
        try TagRules.check(request.imageTags)
        try TagRules.check(request.snapshotTags)
        if let name = request.name { try ImageName.check(name) }
        let (object, objects): (StoredObject, Objects)
        do {
            (object, objects) = try await call.readable(request.key, in: request.bucket)
        } catch let elsewhere as BucketElsewhere {
            throw Fault(
                .invalidParameterValue,
                "The bucket \(request.bucket.prefix(64)) is in \(elsewhere.region): name one of \(call.region)"
            )
        } catch is MarkerFound {
            throw Fault(.invalidParameterValue, "The object s3://\(request.bucket)/\(request.key) was deleted")
        } catch let fault as Fault {
            throw Fault(.invalidParameterValue, "The object s3://\(request.bucket)/\(request.key) cannot be read: \(fault.message)")
        }
        do {
            let reader = try await ArchiveReader(objects.read(object, range: 0..<object.bytes))
            let image = try StoredImage(decoding: reader.metadata)
            try ImageName.check(request.name ?? image.name)
            try image.check(owner: call.account, at: call.now)
            return (object, image)
        } catch let error as ArchiveError {
            throw Fault(.invalidRequest, "The object is not a stored image: \(error).")
        }
    }

    private static func requireRoom(_ gibibytes: Int, of account: AccountID, in transaction: Transaction) throws {
        let running = try JobTable(transaction).underWay(of: account, .imageRestore).flatMap { job -> [SnapshotID] in
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

extension StoredImage {
    /// The snapshots that its disks become.
    fileprivate func snapshots(of owner: AccountID, encryption: SnapshotEncryption?, at now: Date) -> [Snapshot] {
        disks.map { disk in
            let id = SnapshotID.random()
            return Snapshot(
                id: id,
                owner: owner,
                volumeID: Snapshot.copiedVolumeID,
                description: disk.description,
                state: .pending,
                startedAt: now,
                sizeGiB: disk.sizeGiB,
                lineage: id,
                encryption: encryption
            )
        }
    }

    /// Its devices over them, by the rules of RegisterImage.
    fileprivate func devices(over snapshots: [Snapshot]) throws -> [BlockDevice] {
        let completed = snapshots.map { snapshot in
            var snapshot = snapshot
            snapshot.state = .completed
            return (snapshot.id, snapshot)
        }
        let rules = BlockDeviceRules(rootDeviceName: rootDeviceName, snapshots: Dictionary(uniqueKeysWithValues: completed))
        return try rules.devices(
            devices.map { device in
                guard !device.name.isEmpty else { throw Self.refusal("a device has no name") }
                guard let volume = device.volume else {
                    return ImageRegistration.Device(
                        name: device.name,
                        virtualName: device.virtualName,
                        isSuppressed: device.virtualName == nil
                    )
                }
                let template = ImageRegistration.Volume(
                    snapshotID: volume.disk.map { snapshots[$0].id.rawValue },
                    sizeGiB: volume.sizeGiB,
                    type: VolumeType(rawValue: volume.type),
                    iops: volume.iops,
                    throughput: volume.throughput,
                    deletesOnTermination: volume.deletesOnTermination
                )
                return ImageRegistration.Device(name: device.name, virtualName: device.virtualName, volume: template)
            }
        )
    }

    /// What RegisterImage and CreateTags would refuse is not restored.
    fileprivate func check(owner: AccountID, at now: Date) throws {
        for labels in [tags] + disks.map(\.tags) { try TagRules.check(labels.map(\.tag)) }
        let descriptions = [description] + disks.map(\.description)
        guard descriptions.allSatisfy({ $0.unicodeScalars.count <= Images.descriptionLengthMax }) else {
            throw Self.refusal("a description has more than \(Images.descriptionLengthMax) characters")
        }
        guard Set(devices.compactMap { $0.volume?.disk }) == Set(disks.indices) else {
            throw Self.refusal("it has disks that no device uses")
        }
        let texts = descriptions + [name, rootDeviceName] + devices.flatMap { [$0.name, $0.virtualName ?? ""] }
        guard
            !texts.contains(where: { $0.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t" } })
        else { throw Self.refusal("a text in it has control characters") }
        let ids = [traits.kernelID, traits.ramdiskID, traits.sriovNetSupport, traits.tpmSupport, traits.imdsSupport]
        guard ids.allSatisfy({ ($0?.utf8.count ?? 0) <= 32 }), traits.uefiData?.utf8.count ?? 0 <= 64_000 else {
            throw Self.refusal("what it says of the machine is too long")
        }
        _ = try devices(over: snapshots(of: owner, encryption: nil, at: now))
    }
}
