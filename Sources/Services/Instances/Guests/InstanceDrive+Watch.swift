import Domain
import Foundation
import Logging
import Machines
import Metadata

extension InstanceDrive {
    /// Looks after a guest that runs.
    func look(after facts: InstanceFacts) async throws -> Bool {
        guard let machine = try await attend(facts) else {
            return try await ended(
                facts,
                StateReason(code: "Server.InternalError", message: "Server.InternalError: The guest ended unexpectedly")
            )
        }
        try tell(facts)
        switch await machine.state {
        case .gone: return true
        case .off:
            guard facts.instance.comesBack else { return try await ended(facts, nil) }
            return try await reboot(machine, facts)
        // Whoever started it was killed before it went on.
        case .prepared, .paused: try await machine.resume()
        case .running, .panicked: break
        }
        if facts.instance.comesBack, try await shutDown(machine) { return try await reboot(machine, facts) }
        await keepNetwork(facts, of: machine)
        try await keepHops(facts, of: machine)
        try await keepPorts(facts, of: machine)
        try await keepSizes(facts, of: machine)
        return try await keepVolumes(facts, of: machine)
    }

    /// The guest is no more.
    private func ended(_ facts: InstanceFacts, _ failure: StateReason?) async throws -> Bool {
        if failure == nil {
            logger.info("A guest shut itself down")
        } else {
            logger.error("A guest ended unexpectedly", metadata: ["cause": "\(tools.folder(of: id).complaint)"])
        }
        await end(facts)
        try await settle(failure)
        return true
    }

    /// Notes that there is no guest any more.
    func settle(_ failure: StateReason?) async throws {
        let now = tools.now
        try await saveAtRest { instance, transaction in
            instance.guestEnded(failure, at: now)
            try InstanceDrive.settleVolumes(of: instance, in: transaction)
            try InstanceDrive.tell(nil, of: instance, in: transaction)
        }
    }

    /// Asks a guest to shut down, again and again.
    ///
    /// - Returns: whether it has had its time.
    func shutDown(_ machine: any GuestMachine) async throws -> Bool {
        let now = tools.now
        guard let (first, last) = asked else {
            asked = (now, now)
            try await machine.pressPowerButton()
            return false
        }
        if now.timeIntervalSince(first) >= tools.timing.shutdown { return true }
        if now.timeIntervalSince(last) >= tools.timing.pressAgain {
            asked = (first, now)
            try await machine.pressPowerButton()
        }
        return false
    }

    /// Resets a guest that is off, or has had its time. An image that waits for that is begun before: with a guest that did not heed, it is as after a
    /// power cut.
    private func reboot(_ machine: any GuestMachine, _ facts: InstanceFacts) async throws -> Bool {
        guard facts.instance.pendingImage == nil, let wish = facts.instance.rebootRequestedAt else {
            try await saveAtRest()
            return true
        }
        try await machine.reset()
        asked = nil
        try await save { instance, _ in instance.rebooted(for: wish) }
        logger.info("Rebooted an instance")
        return true
    }

    /// Lets tokens of the metadata service go as far as the instance's options say.
    func keepHops(_ facts: InstanceFacts, of machine: any GuestMachine) async throws {
        let wanted = facts.instance.metadata.hopLimit
        guard wanted != hops else { return }
        try await machine.limitTokens(to: wanted)
        hops = wanted
    }

    private func keepPorts(_ facts: InstanceFacts, of machine: any GuestMachine) async throws {
        guard let wanted = facts.ports, wanted != ports else { return }
        let ssh = await openPorts(facts, of: machine)
        let known = facts.instance.tags.first { $0.key == InstancePorts.tagKey }?.value
        guard ports == wanted, known != ssh.flatMap({ $0 == 22 ? nil : String($0) }) else { return }
        try await save { instance, transaction in try InstanceDrive.tell(ssh, of: instance, in: transaction) }
    }

    /// Tells the guest of volumes that have grown. QEMU reads the size of a disk when it connects, so it is made to connect again; it does when the
    /// guest uses the disk next, and until then refuses.
    private func keepSizes(_ facts: InstanceFacts, of machine: any GuestMachine) async throws {
        for volume in facts.volumes where facts.attachment(of: volume)?.state == .attached {
            let bytes = UInt64(volume.shape.sizeGiB) << 30
            guard sizes[volume.id]?.told != bytes else { continue }
            if let known = sizes[volume.id], known.served != bytes {
                await tools.disks.settle(volume.id)
                guard await tools.disks.byteCount(of: volume.id) == bytes else { continue }
                await tools.disks.close(volume.id)
                _ = try await serve(volume.id)
                sizes[volume.id]?.served = bytes
            }
            do { try await machine.grow(volume.id.rawValue, to: bytes) } catch let error as MachineError where error.kind == .refused {
                continue
            }
            sizes[volume.id] = (told: bytes, served: bytes)
        }
    }

    /// Gives the guest volumes, and takes them.
    private func keepVolumes(_ facts: InstanceFacts, of machine: any GuestMachine) async throws -> Bool {
        var hasChanged = false
        for volume in facts.volumes {
            switch facts.attachment(of: volume)?.state {
            case .attaching: hasChanged = try await attach(volume, facts, machine) || hasChanged
            case .detaching, .busy, .forced: hasChanged = try await detach(volume, facts, machine) || hasChanged
            case .attached, .detached, nil: break
            }
        }
        return hasChanged
    }

    private func attach(_ volume: Volume, _ facts: InstanceFacts, _ machine: any GuestMachine) async throws -> Bool {
        guard volume.isUsable, let device = facts.attachment(of: volume)?.device else { return false }
        let socket = try await serve(volume.id)
        let slot = InstanceDisks.slot(of: device)
        try await machine.attach(MachineDescription.Disk(volume: volume.id.rawValue, socket: socket, slot: max(1, slot)))
        note(volume)
        try await save { instance, transaction in try Volumes.finishAttaching(volume.id, to: instance.id, in: transaction) }
        logger.info("Gave a volume to a guest", metadata: ["volume": "\(volume.id)"])
        return true
    }

    /// A guest that does not agree is asked again at the next look, or not asked any more.
    private func detach(_ volume: Volume, _ facts: InstanceFacts, _ machine: any GuestMachine) async throws -> Bool {
        if try await !machine.detach(volume.id.rawValue, within: tools.timing.detach) {
            guard facts.attachment(of: volume)?.state == .forced else {
                guard facts.attachment(of: volume)?.state == .detaching else { return false }
                try await save { instance, transaction in try Volumes.noteHeld(volume.id, by: instance.id, in: transaction) }
                return true
            }
            try await machine.takeAway(volume.id.rawValue)
            logger.notice("Took a volume from a guest that did not give it back", metadata: ["volume": "\(volume.id)"])
        }
        await close(volume)
        sizes[volume.id] = nil
        try await save { instance, transaction in try Volumes.finishDetaching(volume.id, from: instance.id, in: transaction) }
        logger.info("Took a volume from a guest", metadata: ["volume": "\(volume.id)"])
        return true
    }

    /// A guest keeps its addresses and what it does when its network ends, and gets another; connections are gone.
    private func keepNetwork(_ facts: InstanceFacts, of machine: any GuestMachine) async {
        guard !machine.hasNetwork else { return }
        do {
            try await tools.host.mendNetwork(facts.identity, in: tools.folder(of: id))
            (ports, hops, hasToldOfNetwork) = (nil, nil, false)
            logger.warning("The network of a guest had ended, and was started again")
        } catch {
            guard !hasToldOfNetwork else { return }
            hasToldOfNetwork = true
            logger.error("The network of a guest has ended, and starting it again failed; trying again", metadata: .error(error))
        }
    }
}
