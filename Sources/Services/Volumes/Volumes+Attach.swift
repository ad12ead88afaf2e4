import Domain
import Foundation
import Metadata

/// What AttachVolume is asked for.
package struct AttachmentRequest: Sendable {
    package var volume: String
    package var instance: String
    package var device: String

    package init(volume: String, instance: String, device: String) {
        self.volume = volume
        self.instance = instance
        self.device = device
    }
}

extension Volumes {
    /// Begins to attach a volume to an instance of the caller's; at one that is stopped it is attached at once.
    package func attach(_ request: AttachmentRequest) async throws -> VolumeAttachment {
        let (id, instanceID, account, now) = (try Self.id(request.volume), try Instances.id(request.instance), call.account, call.now)
        let device = request.device
        try VolumeAttachment.checkDevice(device)
        try await requireKey(of: id)
        let attachment = try await call.commit { transaction in
            _ = try Self.own(id, of: account, in: transaction)
            let instance = try Instances.own(instanceID, of: account, in: transaction)
            try Self.requireRoom(for: device, at: instance, in: transaction)
            var attachment = try Self.attach(
                id,
                of: account,
                to: instance.id,
                in: instance.place.zone,
                as: device,
                at: now,
                in: transaction
            )
            if instance.state == .stopped {
                try Self.finishAttaching(id, to: instance.id, in: transaction)
                attachment.state = .attached
            }
            return attachment
        }
        call.store.instancesWakeup()
        return attachment
    }

    /// Begins to detach a volume; from an instance that is stopped it is gone at once.
    ///
    /// - Parameters:
    ///   - instance: may be left out where it is attached once.
    ///   - device: must be the attachment's where it is given.
    ///   - force: takes it from a guest that does not give it back; what the guest has not flushed is lost.
    package func detach(_ id: String, from instance: String?, device: String?, force: Bool = false) async throws -> VolumeAttachment {
        let (id, instance, account) = (try Self.id(id), try instance.map(Instances.id), call.account)
        let attachment = try await call.commit { transaction in
            let attachment = try Self.detach(id, of: account, from: instance, device: device, force: force, in: transaction)
            guard let holder = try InstanceTable(transaction).instance(attachment.instance) else { return attachment }
            guard holder.state != .stopped else {
                try Self.finishDetaching(id, from: holder.id, in: transaction)
                return attachment
            }
            guard attachment.device != holder.rootDeviceName else {
                throw Fault(.operationNotPermitted, "Unable to detach root volume '\(attachment.device)' from instance '\(holder.id)'")
            }
            return attachment
        }
        call.store.instancesWakeup()
        return attachment
    }

    private static func requireRoom(for device: String, at instance: Instance, in transaction: Transaction) throws {
        guard instance.state == .running || instance.state == .stopped else {
            throw Fault(.incorrectState, "Instance '\(instance.id)' is not 'running'.")
        }
        let others = try VolumeTable(transaction).attachments(toInstances: [instance.id])[instance.id] ?? []
        let isRoot = instance.rootDeviceType == .instanceStore && device == instance.rootDeviceName
        guard !isRoot, !others.contains(where: { $0.device == device }) else {
            throw Fault(
                .invalidParameterValue,
                "Invalid value '\(device)' for unixDevice. Attachment point \(device) is already in use"
            )
        }
        guard others.count < VolumeAttachment.perInstanceMax else {
            throw Fault(
                .attachmentLimitExceeded,
                "The instance '\(instance.id)' has \(others.count) volumes, which is the most there can be"
            )
        }
    }
}

/// The steps of an attachment, for whoever drives instances: each in a transaction of theirs.
extension Volumes {
    /// Begins to attach a volume, whose device the instance has found free.
    package static func attach(
        _ id: VolumeID,
        of account: AccountID,
        to instance: InstanceID,
        in zone: AvailabilityZone,
        as device: String,
        deletesOnTermination: Bool = false,
        at now: Date,
        in transaction: Transaction
    ) throws -> VolumeAttachment {
        var volume = try own(id, of: account, in: transaction)
        let attachment = try volume.attach(to: instance, in: zone, as: device, deletesOnTermination: deletesOnTermination, at: now)
        try VolumeTable(transaction).update(volume)
        return attachment
    }

    /// Notes that the instance has the volume.
    package static func finishAttaching(_ id: VolumeID, to instance: InstanceID, in transaction: Transaction) throws {
        try change(id, in: transaction) { $0.finishAttaching(to: instance) }
    }

    /// Begins to detach a volume.
    package static func detach(
        _ id: VolumeID,
        of account: AccountID,
        from instance: InstanceID?,
        device: String? = nil,
        force: Bool = false,
        in transaction: Transaction
    ) throws -> VolumeAttachment {
        var volume = try own(id, of: account, in: transaction)
        let attachment = try volume.detach(from: instance, device: device, force: force)
        try VolumeTable(transaction).update(volume)
        return attachment
    }

    /// Notes that the guest holds on to a volume that it was asked for.
    package static func noteHeld(_ id: VolumeID, by instance: InstanceID, in transaction: Transaction) throws {
        try change(id, in: transaction) { $0.isHeld(by: instance) }
    }

    /// Notes that the instance has let go of the volume.
    package static func finishDetaching(_ id: VolumeID, from instance: InstanceID, in transaction: Transaction) throws {
        try change(id, in: transaction) { $0.finishDetaching(from: instance) }
    }

    /// Sets whether a volume goes with its instance.
    package static func setDeletesOnTermination(
        _ deletes: Bool,
        _ id: VolumeID,
        at instance: InstanceID,
        in transaction: Transaction
    ) throws {
        try change(id, in: transaction) { volume in
            for place in volume.attachments.indices where volume.attachments[place].instance == instance {
                volume.attachments[place].deletesOnTermination = deletes
            }
        }
    }

    private static func change(_ id: VolumeID, in transaction: Transaction, _ body: (inout Volume) -> Void) throws {
        let table = VolumeTable(transaction)
        guard var volume = try table.volume(id) else { return }
        body(&volume)
        try table.update(volume)
    }
}
