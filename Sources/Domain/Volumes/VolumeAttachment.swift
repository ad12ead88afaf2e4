import Foundation

/// A volume at an instance, from the call that attaches it until it is gone from there.
package struct VolumeAttachment: Sendable, Hashable {
    package enum State: String, Sendable {
        case attaching, attached, detaching, detached
        /// It is to be detached, and its guest holds on to it.
        case busy
        /// It is taken from its guest, whatever that says. A name of ours: EC2 says that it is detaching.
        case forced

        /// As EC2 has it.
        package var told: String { self == .forced ? State.detaching.rawValue : rawValue }
    }

    /// Of one with Multi-Attach.
    package static let countMax = 16
    /// Of one instance.
    package static let perInstanceMax = 40

    package let volume: VolumeID
    package let instance: InstanceID
    package let device: String
    package var state: State
    package let attachedAt: Date
    package var deletesOnTermination: Bool

    package init(
        volume: VolumeID,
        instance: InstanceID,
        device: String,
        state: State = .attaching,
        attachedAt: Date,
        deletesOnTermination: Bool
    ) {
        self.volume = volume
        self.instance = instance
        self.device = device
        self.state = state
        self.attachedAt = attachedAt
        self.deletesOnTermination = deletesOnTermination
    }

    /// - Throws: `Fault` `InvalidParameterValue` for what names no device of an EBS volume.
    package static func checkDevice(_ name: String) throws {
        guard name.wholeMatch(of: /(\/dev\/)?(sd|hd|xvd)[a-z]{1,2}[0-9]{0,2}/) != nil else {
            throw Fault(
                .invalidParameterValue,
                "Value (\(name.prefix(64))) for parameter device is invalid. \(name.prefix(64)) is not a valid EBS device name."
            )
        }
    }
}

/// The state machine of attachments: attaching, attached, detaching, gone. The volume is in use as long as it has one.
extension Volume {
    /// Begins to attach it. Whether the device is free is the instance's to say.
    ///
    /// - Parameter instanceZone: where the instance is.
    @discardableResult
    package mutating func attach(
        to instance: InstanceID,
        in instanceZone: AvailabilityZone,
        as device: String,
        deletesOnTermination: Bool = false,
        at now: Date
    ) throws -> VolumeAttachment {
        try VolumeAttachment.checkDevice(device)
        guard isUsable else { throw Fault(.incorrectState, "\(id) is not 'available'.") }
        guard zone == instanceZone else {
            throw Fault(.invalidVolumeZoneMismatch, "The volume '\(id)' is not in the same availability zone as instance '\(instance)'")
        }
        guard attachments.isEmpty || (shape.isMultiAttachEnabled && !attachments.contains { $0.instance == instance }) else {
            throw Fault(.volumeInUse, "\(id) is already attached to an instance")
        }
        guard attachments.count < VolumeAttachment.countMax else {
            throw Fault(
                .attachmentLimitExceeded,
                "The volume '\(id)' is attached to \(attachments.count) instances, which is the most there can be"
            )
        }
        let attachment = VolumeAttachment(
            volume: id,
            instance: instance,
            device: device,
            attachedAt: now,
            deletesOnTermination: deletesOnTermination
        )
        attachments.append(attachment)
        attachments.sort { $0.instance < $1.instance }
        state = .inUse
        return attachment
    }

    /// The instance has the volume. What is being detached meanwhile stays so.
    package mutating func finishAttaching(to instance: InstanceID) {
        guard let place = attachments.firstIndex(where: { $0.instance == instance }), attachments[place].state == .attaching else { return }
        attachments[place].state = .attached
    }

    /// Begins to detach it.
    ///
    /// - Parameters:
    ///   - instance: may be left out where it is attached once.
    ///   - device: must be the attachment's where it is given.
    ///   - force: whether the guest is not asked any more when it does not give it back at once.
    @discardableResult
    package mutating func detach(from instance: InstanceID?, device: String? = nil, force: Bool = false) throws -> VolumeAttachment {
        guard !attachments.isEmpty else { throw Fault(.incorrectState, "Volume '\(id)' is in the '\(state.rawValue)' state.") }
        if instance == nil, attachments.count > 1 {
            throw Fault(.invalidParameterCombination, "The volume '\(id)' is attached to several instances: name one with instanceId")
        }
        guard let place = attachments.firstIndex(where: { instance == nil || $0.instance == instance }),
            device == nil || attachments[place].device == device
        else {
            let what = [instance.map { "instance '\($0)'" }, device.map { "device '\($0.prefix(64))'" }].compactMap(\.self)
            throw Fault(.invalidAttachmentNotFound, "The volume '\(id)' is not attached to \(what.joined(separator: " as "))")
        }
        switch attachments[place].state {
        case .attaching, .attached, .detached: attachments[place].state = force ? .forced : .detaching
        case .detaching, .busy: if force { attachments[place].state = .forced }
        case .forced: break
        }
        return attachments[place]
    }

    /// The guest was asked for the volume and has not given it back. It may do so later.
    package mutating func isHeld(by instance: InstanceID) {
        guard let place = attachments.firstIndex(where: { $0.instance == instance }), attachments[place].state == .detaching else { return }
        attachments[place].state = .busy
    }

    /// The instance has let go of the volume.
    package mutating func finishDetaching(from instance: InstanceID) {
        attachments.removeAll { $0.instance == instance }
        if attachments.isEmpty, state == .inUse { state = .available }
    }
}
