import Domain
import Metadata

/// One change that ModifyInstanceAttribute can make.
package enum InstanceAttributeChange: Sendable {
    /// Of the volume at a device: whether it goes with the instance.
    package struct Device: Sendable {
        package let name: String
        package let volume: String?
        package let deletesOnTermination: Bool?

        package init(name: String, volume: String?, deletesOnTermination: Bool?) {
            self.name = name
            self.volume = volume
            self.deletesOnTermination = deletesOnTermination
        }
    }

    case type(String)
    case userData([UInt8])
    case devices([Device])
    case terminationProtection(Bool)
    case stopProtection(Bool)
    case shutdownBehavior(Instance.ShutdownBehavior)
    case groups([String])
    case isEBSOptimized(Bool)
    case enaSupport
    case sriovNetSupport
    /// That traffic is checked: it always is.
    case sourceDestCheck(Bool)
}

extension Instances {
    /// An instance of the caller's own.
    package func detail(_ text: String) async throws -> InstanceDetail {
        let (id, account) = (try Self.id(text), call.account)
        return try await call.store.database.read { transaction in
            let instance = try Self.own(id, of: account, in: transaction)
            guard let detail = try InstanceDetail.load([instance], in: transaction).first else { throw Self.notFound(id) }
            return detail
        }
    }

    package func modify(_ text: String, _ change: InstanceAttributeChange) async throws {
        let (id, account, network) = (try Self.id(text), call.account, call.network)
        let (groupsMax, vCPUsMax) = (try await call.quota(.groupsOfInterface), try await call.quota(.instanceVCPUs))
        try await call.commit { transaction in
            var instance = try Self.own(id, of: account, in: transaction)
            try instance.requireChangeable()
            switch change {
            case .devices(let devices): return try Self.set(devices, of: instance, in: transaction)
            case .groups(let ids):
                guard !ids.isEmpty else { throw Fault(.missingParameter, "The request must contain the parameter GroupId") }
                let table = try SecurityGroups.table(of: network, in: transaction)
                instance.place.groups = try SecurityGroups.ofInterface(ids: ids, names: [], atMost: groupsMax, in: table).map(\.id).sorted()
            case .type(let name): try instance.setType(name, atMost: vCPUsMax)
            default: try instance.apply(change)
            }
            try InstanceTable(transaction).update(instance)
        }
        // Who runs the guest has to know of the groups.
        call.store.instancesWakeup()
    }

    /// Changes how the metadata of an instance may be asked for, which holds from the next request of the guest on.
    package func setMetadataOptions(_ request: MetadataOptionsRequest, of text: String) async throws -> MetadataOptions {
        let (id, account) = (try Self.id(text), call.account)
        return try await call.commit { transaction in
            var instance = try Self.own(id, of: account, in: transaction)
            try instance.requireChangeable()
            instance.metadata = try request.changed(instance.metadata)
            try InstanceTable(transaction).update(instance)
            return instance.metadata
        }
    }

    /// Sets how much of the processor an instance may use beyond its baseline, from now on.
    package func setCredits(_ credits: Instance.CPUCredits, of text: String) async throws {
        let (id, account) = (try Self.id(text), call.account)
        try await call.commit { transaction in
            var instance = try Self.own(id, of: account, in: transaction)
            try instance.requireChangeable()
            guard instance.credits != nil else {
                throw Fault(
                    .instanceCreditsNotSupported,
                    "The instance '\(id)' is not a burstable performance instance: its type is \(instance.type)."
                )
            }
            instance.credits = credits
            try InstanceTable(transaction).update(instance)
        }
    }

    private static func set(_ devices: [InstanceAttributeChange.Device], of instance: Instance, in transaction: Transaction) throws {
        let attachments = try VolumeTable(transaction).attachments(toInstances: [instance.id])[instance.id] ?? []
        for device in devices {
            guard let attachment = attachments.first(where: { $0.device == device.name }) else {
                throw Fault(.invalidInstanceAttributeValue, "No device is currently mapped at \(device.name.prefix(64))")
            }
            guard device.volume == nil || device.volume == attachment.volume.rawValue else {
                throw Fault(
                    .invalidInstanceAttributeValue,
                    "The volume '\(device.volume?.prefix(64) ?? "")' is not attached as '\(attachment.device)': '\(attachment.volume)' is"
                )
            }
            guard let deletes = device.deletesOnTermination else { continue }
            try Volumes.setDeletesOnTermination(deletes, attachment.volume, at: instance.id, in: transaction)
        }
    }
}

extension Instance {
    fileprivate func requireChangeable() throws {
        guard !state.isEnding else {
            throw Fault(.incorrectInstanceState, "The instance '\(id)' is \(state.rawValue): it cannot be modified.")
        }
    }

    /// - Throws: `Fault` `InvalidParameterValue`
    static func check(userData: [UInt8]) throws {
        guard userData.count <= userDataBytesMax else {
            throw Fault(.invalidParameterValue, "User data is limited to \(userDataBytesMax) bytes")
        }
    }

    fileprivate mutating func setType(_ name: String, atMost vCPUsMax: Int) throws {
        try requireStopped()
        guard let type = InstanceType.named(name) else {
            throw Fault(.invalidInstanceAttributeValue, "Invalid value '\(name.prefix(64))' for InstanceType.")
        }
        try type.requireFit(for: traits)
        guard type.vCPUs <= vCPUsMax else { throw Quota.tooManyVCPUs(vCPUsMax) }
        self.type = type.name
        credits = type.isBurstable ? credits ?? type.standardCredits : nil
    }

    fileprivate mutating func apply(_ change: InstanceAttributeChange) throws {
        switch change {
        case .userData(let bytes):
            try requireStopped()
            try Self.check(userData: bytes)
            userData = bytes.isEmpty ? nil : bytes
        case .terminationProtection(let isOn): protections.termination = isOn
        case .stopProtection(let isOn): protections.stop = isOn
        case .shutdownBehavior(let behavior):
            guard behavior == .terminate || rootDeviceType == .ebs else {
                throw Fault(.unsupportedOperation, "An instance without an 'ebs' root device type cannot be stopped by its guest.")
            }
            shutdownBehavior = behavior
        case .isEBSOptimized(let isOn):
            try requireStopped()
            if isOn { try InstanceType.ofLaunch(type).requireEBSOptimization() }
            isEBSOptimized = isOn
        case .enaSupport:
            try requireStopped()
            traits.enaSupport = true
        case .sriovNetSupport:
            try requireStopped()
            traits.sriovNetSupport = "simple"
        case .sourceDestCheck(let isOn):
            guard isOn else {
                throw Fault(
                    .unsupportedOperation,
                    "Traffic is always checked for its source and destination: no instance routes for others"
                )
            }
        case .type, .devices, .groups: break
        }
    }

    private func requireStopped() throws {
        guard state == .stopped else { throw Fault(.incorrectInstanceState, "The instance '\(id)' is not in the 'stopped' state.") }
    }
}
