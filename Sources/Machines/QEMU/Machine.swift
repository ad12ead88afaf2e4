import GuestNetwork
import NIOCore
import NIOPosix

/// A guest that runs, or ran: QEMU and its network, processes that outlive this one.
///
/// It is made by ``start(_:in:by:accelerator:on:)``, or found again by ``adopt(_:in:on:)``.
package actor Machine {
    package nonisolated let description: MachineDescription
    package nonisolated let folder: MachineFolder
    package nonisolated let process: ProcessRecord

    package private(set) var state: MachineState
    let qmp: QMPConnection
    private let network: NetworkControl
    private var observers: [Int: AsyncStream<MachineState>.Continuation] = [:]
    private var observed = 0
    /// Who waits for the guest to give a device back.
    var removals: [String: [AsyncStream<Never>.Continuation]] = [:]
    private var watch: Task<Void, Never>?

    /// Starts what is described; the guest waits for ``resume()``. Its volumes are served already.
    ///
    /// - Parameter folder: of this machine alone; made when it is not there. Firmware keeps its variables in it.
    package static func start(
        _ description: MachineDescription,
        in folder: MachineFolder,
        by installation: QEMUInstallation,
        accelerator: Accelerator,
        on group: any EventLoopGroup = NIOSingletons.posixEventLoopGroup
    ) async throws -> Machine {
        let firmware = try installation.firmware(for: description.bootMode)
        try folder.make(firmware)
        if ProcessRecord(contentsOf: folder.place(MachineFolder.process))?.isAlive == true {
            throw MachineError(.runs, "The machine \(description.instance) runs already.")
        }
        try launch(description, folder, installation, accelerator, firmware)
        return try await connect(description, folder, group)
    }

    /// Finds a machine that runs: its process, by what it wrote of itself, and its control socket.
    ///
    /// - Returns: nil when it runs no more. A process of another program is never taken for it.
    package static func adopt(
        _ description: MachineDescription,
        in folder: MachineFolder,
        on group: any EventLoopGroup = NIOSingletons.posixEventLoopGroup
    ) async throws -> Machine? {
        guard let process = ProcessRecord(contentsOf: folder.place(MachineFolder.process)), process.isAlive else { return nil }
        do { return try await connect(description, folder, group) } catch {
            guard process.isAlive else { return nil }
            throw error
        }
    }

    /// Ends a machine that does not answer, if it is there.
    package static func kill(in folder: MachineFolder) async {
        guard let process = ProcessRecord(contentsOf: folder.place(MachineFolder.process)) else { return }
        await end([process] + helpers(in: folder))
    }

    private static func helpers(in folder: MachineFolder) -> [ProcessRecord?] {
        [MachineFolder.helperProcess, MachineFolder.tpmProcess].map { ProcessRecord(contentsOf: folder.place($0)) }
    }

    /// The helpers end by themselves when QEMU does, and are laid to rest here if they are children.
    private static func end(_ processes: [ProcessRecord?]) async {
        for case let process? in processes {
            process.kill()
            while process.isAlive { try? await Task.sleep(for: .milliseconds(10)) }
        }
    }

    private static func launch(
        _ description: MachineDescription,
        _ folder: MachineFolder,
        _ installation: QEMUInstallation,
        _ accelerator: Accelerator,
        _ firmware: QEMUInstallation.Firmware?
    ) throws(MachineError) {
        let link = try InheritedSocket(listeningAt: folder.place(MachineFolder.link))
        let serial = try InheritedSocket(listeningAt: folder.place(MachineFolder.serial))
        try startNetwork(description.network, in: folder, by: installation.helper)
        if description.hasTPM { try startTPM(in: folder, by: installation.requireTPM()) }
        // Beside the guest's memory: code that was translated, stacks, the screen, caches of disks.
        let addresses = (description.memoryMiB + (6 << 10)) << 20
        try DetachedProcess(
            program: installation.program,
            arguments: QEMUCommandLine(description.seen(from: folder), accelerator, firmware).arguments,
            folder: folder.path,
            record: MachineFolder.process,
            log: MachineFolder.log,
            // The largest file is the memory of translated code, which has no name.
            limits: ["--core=0", "--nofile=1024", "--fsize=\(512 << 20)", "--as=\(addresses)"],
            descriptors: [link.descriptor, serial.descriptor]
        ).start()
    }

    /// Starts the process that is a guest's TPM. It ends when QEMU does.
    private static func startTPM(in folder: MachineFolder, by program: String) throws(MachineError) {
        try folder.makeTPMState()
        let control = try InheritedSocket(listeningAt: folder.place(MachineFolder.tpm))
        try DetachedProcess(
            program: program,
            arguments: [
                "socket", "--tpm2", "--tpmstate", "dir=\(MachineFolder.tpmState),mode=0600", "--ctrl", "type=unixio,fd=3", "--terminate",
                "--seccomp", "action=kill",
            ],
            folder: folder.path,
            record: MachineFolder.tpmProcess,
            log: "tpm.log",
            limits: ["--core=0", "--nofile=64", "--fsize=\(1 << 20)", "--as=\(256 << 20)"],
            descriptors: [control.descriptor]
        ).start()
    }

    /// Starts the process that is a guest's network: with the guest, or when the one before has ended. It ends when QEMU does.
    private static func startNetwork(_ network: GuestIdentity, in folder: MachineFolder, by helper: String) throws(MachineError) {
        let link = try InheritedSocket(connectedTo: folder.place(MachineFolder.link))
        let serial = try InheritedSocket(connectedTo: folder.place(MachineFolder.serial))
        try DetachedProcess(
            program: helper,
            arguments: [
                "--mac", "\(network.mac)", "--address", "\(network.address)/\(network.prefixLength)", "--gateway", "\(network.gateway)",
                "--hostname", network.hostname, "--domain", network.domain, "--metadata", MachineFolder.metadata,
                "--control", MachineFolder.networkControl, "--console", MachineFolder.console, "--link", "3", "--serial", "4",
            ],
            folder: folder.path,
            record: MachineFolder.helperProcess,
            log: "network.log",
            limits: ["--core=0", "--nofile=2048", "--fsize=\(1 << 20)", "--as=\(256 << 20)"],
            descriptors: [link.descriptor, serial.descriptor]
        ).start()
    }

    /// Gives a guest that runs a network again whose process has ended; what it forwards is to be said anew. Returns when it listens.
    package static func mendNetwork(
        _ network: GuestIdentity,
        in folder: MachineFolder,
        by helper: String,
        on group: any EventLoopGroup = NIOSingletons.posixEventLoopGroup
    ) async throws {
        do { try startNetwork(network, in: folder, by: helper) } catch { guard error.kind == .runs else { throw error } }
        let control = NetworkControl(socket: folder.place(MachineFolder.networkControl), group: group)
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(10)
        while true {
            do {
                _ = try await control.list()
                return
            } catch {
                guard clock.now < deadline else { throw error }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    /// Waits for the control socket of a process that may just have begun, and asks how the guest is.
    private static func connect(_ description: MachineDescription, _ folder: MachineFolder, _ group: any EventLoopGroup) async throws
        -> Machine
    {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(30)
        let record = folder.place(MachineFolder.process)
        while true {
            do {
                let qmp = try await QMPConnection.open(folder.place(MachineFolder.control), on: group)
                let status = try await qmp.execute("query-status").text("status") ?? ""
                guard let process = ProcessRecord(contentsOf: record), process.isAlive else { throw MachineError(.process, "QEMU ended.") }
                let network = NetworkControl(socket: folder.place(MachineFolder.networkControl), group: group)
                let machine = Machine(description, folder, process, MachineState(status: status), qmp, network)
                await machine.begin()
                return machine
            } catch {
                let process = ProcessRecord(contentsOf: record)
                if let process, !process.isAlive {
                    throw MachineError(.process, "QEMU did not start the machine \(description.instance): \(folder.complaint).")
                }
                guard clock.now < deadline else {
                    throw MachineError(.silent, "The machine \(description.instance) does not answer: \(error)")
                }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    private init(
        _ description: MachineDescription,
        _ folder: MachineFolder,
        _ process: ProcessRecord,
        _ state: MachineState,
        _ qmp: QMPConnection,
        _ network: NetworkControl
    ) {
        self.description = description
        self.folder = folder
        self.process = process
        self.state = state
        self.qmp = qmp
        self.network = network
    }

    private func begin() {
        let events = qmp.events
        watch = Task { [weak self] in
            for await event in events { await self?.take(event) }
            await self?.lose()
        }
    }

    // States ----------------------------------------------------------------------------------------------------------

    /// The state now, and each that follows; it ends with ``MachineState/gone``.
    package func states() -> AsyncStream<MachineState> {
        let (stream, told) = AsyncStream.makeStream(of: MachineState.self, bufferingPolicy: .bufferingNewest(64))
        told.yield(state)
        guard state != .gone else {
            told.finish()
            return stream
        }
        observed += 1
        let number = observed
        observers[number] = told
        told.onTermination = { [weak self] _ in Task { await self?.forget(number) } }
        return stream
    }

    private func forget(_ number: Int) { observers[number] = nil }

    private func take(_ event: QMPEvent) {
        if case .deviceDeleted(let name) = event { removals.removeValue(forKey: name)?.forEach { $0.finish() } }
        move(to: state.after(event))
    }

    private func move(to next: MachineState) {
        guard next != state, state != .gone else { return }
        state = next
        for observer in observers.values { observer.yield(next) }
    }

    /// The conversation ended: the process did as well, or is not of use any more.
    private func lose() async {
        let deadline = ContinuousClock().now + .seconds(2)
        while process.isAlive, ContinuousClock().now < deadline { try? await Task.sleep(for: .milliseconds(10)) }
        await Self.end([process] + Self.helpers(in: folder))
        move(to: .gone)
        for observer in observers.values { observer.finish() }
        observers = [:]
        for waiting in removals.values.joined() { waiting.finish() }
        removals = [:]
    }

    // Commands --------------------------------------------------------------------------------------------------------

    /// Lets the guest begin, or go on.
    package func resume() async throws { try await qmp.execute("cont") }

    package func pause() async throws { try await qmp.execute("stop") }

    /// As the button: whatever the guest does is lost.
    package func reset() async throws {
        let wasOff = if case .off = state { true } else { false }
        try await qmp.execute("system_reset")
        // What had switched itself off, begins anew: as soon as QEMU has done the reset, until when it refuses.
        guard wasOff else { return }
        for _ in 0..<50 {
            do { return try await resume() } catch let error as MachineError where error.kind == .refused {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        try await resume()
    }

    /// Presses the power button, and waits for nothing.
    package func pressPowerButton() async throws { try await qmp.execute("system_powerdown") }

    /// Presses the power button, and waits for the guest to switch itself off.
    ///
    /// - Returns: whether it did. If not, it runs on: ``end(within:)`` ends it.
    package func powerDown(within limit: Duration) async throws -> Bool {
        let states = states()
        if case .off = state { return true }
        try await pressPowerButton()
        return await Self.first(of: states, within: limit) { state in
            switch state {
            case .off, .gone: true
            default: false
            }
        }
    }

    /// Ends QEMU: by its own way out, which flushes volumes, and when that takes too long without asking.
    package func end(within limit: Duration = .seconds(15)) async {
        let states = states()
        // It may hang when a volume is away.
        _ = try? await qmp.execute("quit", within: limit)
        if await !Self.first(of: states, within: limit, where: { $0 == .gone }) { process.kill() }
        for await state in states where state == .gone { return }
        await watch?.value
    }

    /// Stops watching the machine, which runs on. Another may adopt it.
    package func release() {
        watch?.cancel()
        qmp.close()
    }

    package func screenshot() async throws -> ScreenImage {
        try await qmp.execute("screendump", ["filename": .string(MachineFolder.screen)], within: .seconds(30))
        guard let image = ScreenImage(ppm: try folder.takeFile(MachineFolder.screen, most: 64 << 20)) else {
            throw MachineError(.refused, "QEMU did not write a valid picture of the screen.")
        }
        return image
    }

    // The network -----------------------------------------------------------------------------------------------------

    /// Makes a port of the host lead to one of the guest.
    ///
    /// - Throws: ``MachineError`` with the errno when it cannot be listened on.
    package func forward(_ forward: Forward) async throws { try await network.add(forward) }

    package func endForward(address: IPv4Address, port: UInt16) async throws { try await network.remove(address: address, port: port) }

    /// Over how many hops a token of the metadata service goes.
    package func limitTokens(to hops: Int) async throws { try await network.limitTokens(to: hops) }

    package func forwards() async throws -> [Forward] { try await network.list() }

    /// Whether the process that is the guest's network lives.
    package nonisolated var hasNetwork: Bool { ProcessRecord(contentsOf: folder.place(MachineFolder.helperProcess))?.isAlive == true }

    private static func first(
        of states: AsyncStream<MachineState>,
        within limit: Duration,
        where isWanted: @escaping @Sendable (MachineState) -> Bool
    ) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { await states.contains(where: isWanted) }
            group.addTask {
                try? await Task.sleep(for: limit)
                return false
            }
            let found = await group.next() ?? false
            group.cancelAll()
            return found
        }
    }
}
