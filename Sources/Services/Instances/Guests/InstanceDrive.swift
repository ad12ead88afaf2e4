import Domain
import Foundation
import Logging
import Machines
import Metadata

/// Drives one instance: looks at its row and at its guest, does what is to be done next, and waits for news of either.
///
/// It may begin anywhere: a drive before it, of this process or of one that was killed, may have come to any point.
actor InstanceDrive {
    let id: InstanceID
    let tools: InstanceTools
    let lease: HeldLease
    var logger: Logger

    var machine: (any GuestMachine)?
    /// Which volumes are served for it.
    var served: Set<VolumeID> = []
    /// When the guest was asked first, and last, to shut down.
    var asked: (first: Date, last: Date)?
    /// What the forwards were made for.
    var ports: InstancePorts?
    /// Over how many hops a token of its metadata service goes, as far as its network was told.
    var hops: Int?
    /// How large the guest knows its volumes to be, and how large they are served.
    var sizes: [VolumeID: (told: UInt64, served: UInt64)] = [:]
    var hasToldOfNetwork = false
    /// How often the image that waits could not be begun.
    var imageFailures = 0
    /// Since when the instance is to stop, as far as this drive knows.
    var stoppingSince: Date?

    /// What opens the bundle of its image, and how that has ended.
    var unbundling: Task<Void, Never>?
    var unbundled: Result<Void, any Error>?

    private var watch: Task<Void, Never>?
    /// What was complained of last: what stays as it is, is told once.
    private var complaint = ""
    private var metadata: Task<Void, Never>?

    init(_ id: InstanceID, _ tools: InstanceTools, _ lease: HeldLease) {
        self.id = id
        self.tools = tools
        self.lease = lease
        logger = tools.logger
        logger[metadataKey: "instance"] = "\(id)"
    }

    /// Returns when nothing is to be done any more.
    func run() async throws {
        let sleeper = tools.store.instancesWakeup.sleeper()
        while true {
            try Task.checkCancellation()
            do {
                guard let facts = try await facts() else { throw NoLongerWanted() }
                guard let step = facts.instance.step else { return try await lease.finish { _ in } }
                // What has changed the row is looked at again at once.
                if try await take(step, facts) { continue }
                complaint = ""
            } catch let error where !(error is NoLongerWanted || error is CancellationError || Task.isCancelled) {
                complain(error)
            }
            await sleeper.sleep(atMost: tools.timing.look)
        }
    }

    private func complain(_ error: any Error) {
        guard complaint != "\(error)" else { return }
        complaint = "\(error)"
        logger.warning("Driving an instance failed, and is tried again", metadata: .error(error))
    }

    /// - Returns: whether the row has changed by it.
    private func take(_ step: Instance.Step, _ facts: InstanceFacts) async throws -> Bool {
        switch step {
        case .launch: try await launch(facts)
        case .watch: try await look(after: facts)
        case .stop(let force): try await stop(facts, force: force)
        case .terminate: try await terminate(facts)
        }
    }

    private func facts() async throws -> InstanceFacts? {
        let (id, region) = (id, tools.store.region)
        return try await tools.store.database.read { try InstanceFacts.read(id, in: region, $0) }
    }

    /// Changes the row, as it is by then, and what belongs to it.
    @discardableResult
    func save(_ change: @escaping @Sendable (inout Instance, Transaction) throws -> Void) async throws -> Instance {
        let id = id
        return try await lease.save { transaction in
            guard var instance = try InstanceTable(transaction).instance(id) else { throw NoLongerWanted() }
            try change(&instance, transaction)
            try InstanceTable(transaction).update(instance)
            return instance
        }
    }

    // The machine -----------------------------------------------------------------------------------------------------

    /// The machine of an instance that has one: as it is known, or found after another process has had it. Nil when it is no more.
    func attend(_ facts: InstanceFacts) async throws -> (any GuestMachine)? {
        if let machine {
            if await machine.state != .gone { return machine }
            drop()
            return nil
        }
        // The guest may be waiting for its volumes.
        var sockets: [VolumeID: String] = [:]
        if let disk = facts.disk, disk.root != nil { sockets[disk.id] = try await serve(disk.id) }
        for volume in facts.volumes where facts.attachment(of: volume)?.state != .attaching {
            sockets[volume.id] = try await serve(volume.id)
        }
        guard let found = try await tools.host.adopt(facts.description(sockets), in: tools.folder(of: id)) else { return nil }
        try tell(facts)
        hold(found)
        if let type = facts.type { tools.memory.note(type.memoryMiB, of: id) }
        logger.info("Found the guest of an instance again")
        return found
    }

    func serve(_ volume: VolumeID) async throws -> String {
        let socket = try await tools.disks.serve(volume)
        served.insert(volume)
        return socket
    }

    /// Ends serving a volume, unless another instance has it as well.
    func close(_ volume: Volume) async {
        served.remove(volume.id)
        if volume.attachments.allSatisfy({ $0.instance == id }) { await tools.disks.close(volume.id) }
    }

    /// Notes a volume that the guest has just got, as large as it is.
    func note(_ volume: Volume) {
        let bytes = UInt64(volume.shape.sizeGiB) << 30
        sizes[volume.id] = (bytes, bytes)
    }

    func hold(_ machine: any GuestMachine) {
        self.machine = machine
        (ports, hops, sizes, hasToldOfNetwork) = (nil, nil, [:], false)
        tools.machines.note(machine, of: id)
        let wakeup = tools.store.instancesWakeup
        watch?.cancel()
        watch = Task {
            for await _ in await machine.states() { wakeup() }
            wakeup()
        }
    }

    /// Starts its metadata service, unless that runs.
    func tell(_ facts: InstanceFacts) throws {
        guard metadata == nil else { return }
        let folder = tools.folder(of: id)
        try folder.make()
        let service = InstanceMetadata(id, tools).server(at: folder.place(MachineFolder.metadata), logger)
        metadata = Task { [logger] in
            do { try await service.run() } catch  where !Task.isCancelled {
                logger.error("The metadata service of an instance ended, and is started again", metadata: .error(error))
                metadata = nil
            } catch {}
        }
    }

    private func drop() {
        watch?.cancel()
        (machine, watch, asked, stoppingSince) = (nil, nil, nil, nil)
        tools.machines.note(nil, of: id)
    }

    /// Ends the guest, if there is one, and what it had: its disks are nobody's when this returns.
    func end(_ facts: InstanceFacts) async {
        await stopUnbundling()
        if let machine { await machine.end() }
        drop()
        // Whatever is left: one that was never held, or the half of one.
        await tools.host.kill(in: tools.folder(of: id))
        metadata?.cancel()
        await metadata?.value
        metadata = nil
        for volume in facts.volumes { await close(volume) }
        for volume in served { await tools.disks.close(volume) }
        served = []
        tools.memory.giveBack(of: id)
    }

    /// Lets the guest run on without this process.
    func release() async {
        await stopUnbundling()
        await machine?.release()
        drop()
        metadata?.cancel()
        await metadata?.value
        metadata = nil
    }
}
