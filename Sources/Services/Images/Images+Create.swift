import Blocks
import Domain
import Foundation
import Metadata

extension Images {
    /// Makes an image of an instance. It is pending until the snapshots of the volumes are completed, all of one point in time: that of the call,
    /// or, where a guest that runs is shut down for it, that at which the guest is off.
    package func create(_ creation: ImageCreation) async throws -> ImageID {
        try ImageName.check(creation.name)
        for tags in [creation.imageTags, creation.snapshotTags] { try TagRules.check(tags) }
        let check = try await plan(creation)
        while true {
            // A point in time that is refused costs the volumes a layer, so what can be refused is refused before.
            let plan = try await call.store.database.read(check)
            for volume in plan.volumes { try await Volumes(call).requireKey(of: volume) }
            do {
                let id = try await commit(creation, plan, check)
                call.store.instancesWakeup()
                call.store.jobsWakeup()
                return id
            } catch is InstanceChanged {
                continue
            }
        }
    }

    private func commit(
        _ creation: ImageCreation,
        _ plan: InstanceImagePlan,
        _ check: @escaping @Sendable (Transaction) throws -> InstanceImagePlan
    ) async throws -> ImageID {
        let write = { @Sendable [call] (points: [VolumeID: VolumePoint]) in
            try await call.commit { transaction in
                let now = try check(transaction)
                guard now.waits == plan.waits, Set(now.volumes.map(\.id)) == Set(plan.volumes.map(\.id)) else { throw InstanceChanged() }
                return try Self.write(creation, now, points, at: call.now, in: transaction)
            }
        }
        return try await plan.waits ? write([:]) : call.withPoints(of: plan.volumes.map(\.id), write)
    }

    /// What is checked, and found, in the order of docs/behaviour/images.md, "Images of instances".
    private func plan(_ creation: ImageCreation) async throws -> @Sendable (Transaction) throws -> InstanceImagePlan {
        let id = try Instances.id(creation.instance)
        let named = try creation.devices.compactMap(\.volume?.snapshotID).map(Snapshots.id)
        let (viewer, pendingMax, quotas) = (
            try await call.viewer(), try await call.quota(.pendingSnapshots), try await call.storageQuotas()
        )
        return { transaction in
            let instance = try Instances.own(id, of: viewer.account, in: transaction)
            let waits = try instance.imageWaits(reboots: creation.reboots)
            if let holder = try ImageTable(transaction).holder(ofName: creation.name, owner: viewer.account) {
                throw ImageName.duplicate(creation.name, of: holder)
            }
            let visible = try Snapshots.within(viewer.reach, SnapshotTable(transaction).snapshots(ids: named), in: transaction)
            let rules = BlockDeviceRules(
                rootDeviceName: instance.rootDeviceName,
                snapshots: Dictionary(uniqueKeysWithValues: visible.map { ($0.id, $0) })
            )
            let devices = InstanceImageDevices(
                instance: instance,
                volumes: try VolumeTable(transaction).volumes(of: id),
                source: try ImageTable(transaction).image(instance.image),
                rules: rules
            )
            let plan = InstanceImagePlan(
                instance: instance,
                region: call.region,
                devices: try devices.devices(creation.devices),
                waits: waits
            )
            try quotas.requireRoomForImage(in: transaction)
            do {
                try Volumes.requireRoom(forSnapshotsOf: plan.volumes, of: viewer.account, pendingMax, quotas, in: transaction)
            } catch let fault as Fault where fault.code == .concurrentSnapshotLimitExceeded && !creation.reboots {
                throw Fault(
                    .concurrentCreateImageNoRebootLimitExceeded,
                    "Too many images of the instance '\(id)' are being made without a reboot: wait until some are available, and try again"
                )
            }
            return plan
        }
    }

    private static func write(
        _ creation: ImageCreation,
        _ plan: InstanceImagePlan,
        _ points: [VolumeID: VolumePoint],
        at now: Date,
        in transaction: Transaction
    ) throws -> ImageID {
        var instance = plan.instance
        let (id, tags) = (ImageID.random(), TagTable(transaction))
        let devices = try plan.devices.map { planned in
            guard let volume = planned.volume, var template = planned.device.volume else { return planned.device }
            let snapshot = try Volumes.plan(
                volume,
                description: "Created by CreateImage(\(instance.id)) for \(id)",
                tags: creation.snapshotTags,
                at: now,
                in: transaction
            )
            if !plan.waits { try Volumes.begin(snapshot, of: volume, at: points[volume.id], at: now, in: transaction) }
            template.snapshotID = snapshot.id
            return BlockDevice(name: planned.device.name, target: .volume(template))
        }
        try ImageTable(transaction).insert(
            Image(
                id: id,
                owner: instance.owner,
                name: creation.name,
                description: creation.description,
                state: .pending,
                createdAt: now,
                traits: instance.traits,
                rootDeviceName: instance.rootDeviceName,
                devices: devices,
                source: Image.Source(id: instance.image, region: plan.region),
                sourceInstance: instance.id
            )
        )
        try tags.set(creation.imageTags, on: .image(id), by: instance.owner)
        if plan.waits {
            instance.wish(for: id)
            try InstanceTable(transaction).update(instance)
        }
        return id
    }
}

/// An image of an instance as the instance is.
private struct InstanceImagePlan: Sendable {
    let instance: Instance
    let region: Region
    let devices: [InstanceImageDevices.Planned]
    /// Whether it is begun when the guest is off.
    let waits: Bool

    var volumes: [Volume] { devices.compactMap(\.volume) }
}

/// The instance is not as it was looked at: it is looked at again.
private struct InstanceChanged: Error, CustomStringConvertible {
    var description: String { "the instance has changed" }
}
