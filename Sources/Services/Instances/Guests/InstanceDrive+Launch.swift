import Domain
import Logging
import Machines
import Metadata

extension InstanceDrive {
    /// Starts the guest, unless that has happened already.
    func launch(_ facts: InstanceFacts) async throws -> Bool {
        guard !facts.volumes.contains(where: { $0.state == .creating }) else { return false }
        let sshPort: UInt16?
        do {
            if let disk = facts.disk, disk.root == nil { return try await unbundle(disk) }
            sshPort = try await boot(facts)
        } catch let error
            where !(error is NoLongerWanted || error is CancellationError || Task.isCancelled)
        {
            let failure = LaunchFailure(error)
            logger.warning("An instance could not be started", metadata: .error(error, ["reason": "\(failure.reason.code)"]))
            await end(facts)
            let now = tools.now
            try await save { instance, transaction in
                instance.failedToStart(failure.reason, at: now)
                try InstanceDrive.settleVolumes(of: instance, in: transaction)
            }
            return true
        }
        try await save { instance, transaction in
            instance.started()
            for volume in facts.volumes { try Volumes.finishAttaching(volume.id, to: instance.id, in: transaction) }
            try InstanceDrive.tell(sshPort, of: instance, in: transaction)
        }
        logger.info("Started an instance", metadata: ["image": "\(facts.instance.image)", "type": "\(facts.instance.type)"])
        return true
    }

    /// - Returns: the port of SSH, when it is open.
    private func boot(_ facts: InstanceFacts) async throws -> UInt16? {
        let guest: any GuestMachine
        if let machine { guest = machine } else { guest = try await start(facts) }
        hold(guest)
        try await keepHops(facts, of: guest)
        let sshPort = await openPorts(facts, of: guest)
        try await guest.resume()
        facts.volumes.forEach(note)
        return sshPort
    }

    private func start(_ facts: InstanceFacts) async throws -> any GuestMachine {
        guard let type = facts.type else { throw MachineError(.description, "There is no instance type \(facts.instance.type).") }
        guard tools.memory.take(type.memoryMiB, for: id) else { throw NoMemoryForGuest(mib: type.memoryMiB) }
        if let broken = facts.volumes.first(where: { !$0.isUsable }) { throw VolumeUnusable(volume: broken.id) }
        var sockets: [VolumeID: String] = [:]
        for volume in facts.diskIDs { sockets[volume] = try await serve(volume) }
        let description = try facts.description(sockets)
        try tell(facts)
        return try await tools.host.start(description, in: tools.folder(of: id))
    }

    /// Opens and closes ports as the security groups have it.
    ///
    /// - Returns: the port of SSH, when it is open.
    func openPorts(_ facts: InstanceFacts, of machine: any GuestMachine) async -> UInt16? {
        guard let wanted = facts.ports else { return nil }
        do {
            let (ssh, failed) = try await wanted.apply(to: machine)
            ports = wanted
            if !failed.isEmpty {
                let list = failed.map(String.init).joined(separator: ",")
                logger.warning(
                    "Ports of an instance cannot be listened on",
                    metadata: ["address": "\(wanted.address)", "ports": "\(list)"]
                )
            }
            return ssh
        } catch {
            logger.warning("The ports of an instance could not be opened", metadata: .error(error))
            return nil
        }
    }

    /// Says by a tag where SSH is, if it is not where everybody looks.
    static func tell(_ sshPort: UInt16?, of instance: Instance, in transaction: Transaction) throws {
        let tags = TagTable(transaction)
        if let sshPort, sshPort != 22 {
            try tags.set([Tag(key: InstancePorts.tagKey, value: String(sshPort))], on: .instance(instance.id), by: instance.owner)
        } else {
            try tags.remove(key: InstancePorts.tagKey, value: nil, from: .instance(instance.id), by: instance.owner)
        }
    }

    /// Ends what volumes were about to do with a guest that is no more: it has what it was given, and has let go of what it was asked for.
    static func settleVolumes(of instance: Instance, in transaction: Transaction) throws {
        for volume in try VolumeTable(transaction).volumes(of: instance.id) {
            switch volume.attachments.first(where: { $0.instance == instance.id })?.state {
            case .attaching: try Volumes.finishAttaching(volume.id, to: instance.id, in: transaction)
            case .detaching, .busy, .forced: try Volumes.finishDetaching(volume.id, from: instance.id, in: transaction)
            case .attached, .detached, nil: break
            }
        }
    }
}

/// There is too little memory for one more guest.
struct NoMemoryForGuest: Error, CustomStringConvertible {
    let mib: Int

    var description: String { "There is not enough memory on the server for a guest of \(mib) MiB" }
}

/// A volume of an instance cannot be used.
struct VolumeUnusable: Error, CustomStringConvertible {
    let volume: VolumeID

    var description: String { "The volume \(volume) cannot be used" }
}

/// Why an instance could not be started, as EC2 names it.
struct LaunchFailure {
    let reason: StateReason

    init(_ error: any Error) {
        switch error {
        case let error as NoMemoryForGuest: self.init("Server.InsufficientInstanceCapacity", error.description)
        case let error as VolumeUnusable: self.init("Client.InvalidSnapshot.NotFound", error.description)
        // The key was usable when the volume was made, and is somebody's to make usable again.
        case let error as KeyUnusable: self.init("Client.InternalError", KeyRefusal(error).message)
        // The parts are the owner's of the image to put right.
        case let fault as Fault where fault.code == .invalidManifest: self.init("Client.InternalError", fault.message)
        case let error as MachineError where error.kind == .missing: self.init("Server.InternalError", error.cause)
        case let error as MachineError where error.kind == .description: self.init("Server.InternalError", error.cause)
        default:
            guard case .noSpace = StorageFailure(error) else {
                self.init("Server.InternalError", "The guest could not be started: the server's log has the cause")
                return
            }
            self.init("Client.VolumeLimitExceeded", "No space is left on the device that holds the volumes")
        }
    }

    private init(_ code: String, _ message: String) { reason = StateReason(code: code, message: "\(code): \(message)") }
}
