import Blocks
import Domain
import GuestNetwork
import Machines
import Services
import Synchronization

/// Where guests run that are none. It outlives the servers of a test, as processes do.
final class FakeHost: GuestHost {
    private struct State {
        var machines: [String: FakeMachine] = [:]
        var failures: [String: any Error] = [:]
        var isPrivileged = true
        var log: [String] = []
        var number = 3
    }

    private let state = Mutex(State())

    /// What happened, in order.
    var log: [String] { state.withLock { $0.log } }

    /// Another one each time.
    func nextNumber() -> Int {
        state.withLock { state in
            state.number += 1
            return state.number
        }
    }

    func note(_ what: String) { state.withLock { $0.log.append(what) } }

    /// Makes a step fail until it is called with nil.
    func fail(_ step: String, with error: (any Error)? = MachineError(.process, "it broke")) {
        state.withLock { $0.failures[step] = error }
    }

    func check(_ step: String) throws {
        note(step)
        if let error = state.withLock({ $0.failures[step] }) { throw error }
    }

    /// Whether ports below 1024 may be listened on.
    var isPrivileged: Bool {
        get { state.withLock { $0.isPrivileged } }
        set { state.withLock { $0.isPrivileged = newValue } }
    }

    func machine(_ id: InstanceID) -> FakeMachine? { state.withLock { $0.machines[id.rawValue] } }

    var running: [String] { state.withLock { $0.machines.keys.sorted() } }

    func forget(_ id: String) { state.withLock { _ = $0.machines.removeValue(forKey: id) } }

    /// Another one whose guests run as those of this one do now.
    func cloned() -> FakeHost {
        let clone = FakeHost()
        let descriptions = state.withLock { $0.machines.mapValues(\.description) }
        clone.state.withLock { state in
            state.machines = descriptions.mapValues { description in
                let machine = FakeMachine(description, clone)
                machine.become(.running)
                return machine
            }
        }
        return clone
    }

    // GuestHost

    func requireInstalled(
        _ architecture: MachineDescription.Architecture,
        _ bootMode: MachineDescription.BootMode,
        withTPM hasTPM: Bool
    ) throws {
        try check("installed \(architecture.rawValue) \(bootMode.rawValue)\(hasTPM ? " tpm" : "")")
    }

    func start(_ description: MachineDescription, in folder: MachineFolder) async throws -> any GuestMachine {
        try check("start")
        return state.withLock { state in
            if let running = state.machines[description.instance] { return running }
            state.log.append("boot")
            let machine = FakeMachine(description, self)
            state.machines[description.instance] = machine
            return machine
        }
    }

    func adopt(_ description: MachineDescription, in folder: MachineFolder) async throws -> (any GuestMachine)? {
        try check("adopt")
        return state.withLock { $0.machines[description.instance] }
    }

    func mendNetwork(_ network: GuestIdentity, in folder: MachineFolder) async throws {
        try check("mend")
        for machine in state.withLock({ Array($0.machines.values) }) where folder.path.hasSuffix(machine.description.instance) {
            machine.hasNetwork = true
        }
    }

    func kill(in folder: MachineFolder) async {
        let id = folder.path.split(separator: "/").last.map(String.init) ?? ""
        let machine = state.withLock { $0.machines[id] }
        machine?.die()
    }
}

final class FakeMachine: GuestMachine {
    private struct State {
        var now = MachineState.prepared
        var observers: [AsyncStream<MachineState>.Continuation] = []
        var volumes: Set<String>
        var forwards: Set<Forward> = []
        var tokenHops = 64
        var presses = 0
        var resets = 0
        var sizes: [String: UInt64] = [:]
        var obeysButton = true
        var givesBackVolumes = true
        var hasNetwork = true
    }

    let description: MachineDescription
    private let host: FakeHost
    private let guest: Mutex<State>

    init(_ description: MachineDescription, _ host: FakeHost) {
        self.description = description
        self.host = host
        guest = Mutex(State(volumes: Set(description.disks.map(\.volume))))
    }

    var obeysButton: Bool {
        get { guest.withLock { $0.obeysButton } }
        set { guest.withLock { $0.obeysButton = newValue } }
    }
    var givesBackVolumes: Bool {
        get { guest.withLock { $0.givesBackVolumes } }
        set { guest.withLock { $0.givesBackVolumes = newValue } }
    }
    var presses: Int { guest.withLock { $0.presses } }
    var resets: Int { guest.withLock { $0.resets } }
    var sizes: [String: UInt64] { guest.withLock { $0.sizes } }
    var ports: [String] { guest.withLock { $0.forwards.map(\.description).sorted() } }
    var attached: Set<String> { guest.withLock { $0.volumes } }

    func become(_ next: MachineState) {
        let observers = guest.withLock { state in
            state.now = next
            return state.observers
        }
        for observer in observers {
            observer.yield(next)
            if next == .gone { observer.finish() }
        }
    }

    func shutDownByItself() { become(.off(byGuest: true)) }

    func die() {
        host.forget(description.instance)
        become(.gone)
    }

    // GuestMachine

    var state: MachineState { get async { guest.withLock { $0.now } } }

    func states() async -> AsyncStream<MachineState> {
        let (stream, told) = AsyncStream.makeStream(of: MachineState.self)
        guest.withLock { state in
            told.yield(state.now)
            if state.now == .gone { told.finish() } else { state.observers.append(told) }
        }
        return stream
    }

    func resume() async throws {
        try host.check("resume")
        become(.running)
    }

    func reset() async throws {
        try host.check("reset")
        become(.running)
        guest.withLock { $0.resets += 1 }
    }

    func pressPowerButton() async throws {
        try host.check("press")
        let obeys = guest.withLock { state in
            state.presses += 1
            return state.obeysButton
        }
        if obeys { shutDownByItself() }
    }

    func end() async {
        host.note("end")
        die()
    }

    func release() async { host.note("release") }

    func attach(_ disk: MachineDescription.Disk) async throws {
        try host.check("attach")
        guest.withLock { _ = $0.volumes.insert(disk.volume) }
    }

    func detach(_ volume: String, within limit: Duration) async throws -> Bool {
        try host.check("detach")
        return guest.withLock { state in
            guard state.givesBackVolumes else { return false }
            state.volumes.remove(volume)
            return true
        }
    }

    func takeAway(_ volume: String) async throws {
        try host.check("take away")
        guest.withLock { _ = $0.volumes.remove(volume) }
    }

    func volumes() async throws -> Set<String> { attached }

    func grow(_ volume: String, to bytes: UInt64) async throws {
        try host.check("grow")
        guest.withLock { $0.sizes[volume] = bytes }
    }

    func forward(_ forward: Forward) async throws {
        try host.check("forward")
        guard host.isPrivileged || forward.port >= 1024 else { throw MachineError(.network(errno: 13), "not allowed") }
        guest.withLock { _ = $0.forwards.insert(forward) }
    }

    func endForward(address: IPv4Address, port: UInt16) async throws {
        guest.withLock { state in state.forwards = state.forwards.filter { $0.address != address || $0.port != port } }
    }

    func limitTokens(to hops: Int) async throws { guest.withLock { $0.tokenHops = hops } }
    var tokenHops: Int { guest.withLock { $0.tokenHops } }

    func forwards() async throws -> [Forward] { guest.withLock { Array($0.forwards) } }

    /// One that has ended has taken its forwards along.
    var hasNetwork: Bool {
        get { guest.withLock { $0.hasNetwork } }
        set {
            guest.withLock { state in
                state.hasNetwork = newValue
                if !newValue { (state.forwards, state.tokenHops) = ([], 64) }
            }
        }
    }

    func screenshot() async throws -> ScreenImage {
        guard let image = ScreenImage(width: 1, height: 1, points: [1, 2, 3]) else { throw MachineError(.refused, "no picture") }
        return image
    }
}

/// Volumes whose disks are no bytes.
final class FakeVolumes: VolumeService {
    private struct State {
        var served: Set<VolumeID> = []
        var settled: [VolumeID] = []
        var points: [Set<VolumeID>] = []
        var sizes: [VolumeID: UInt64] = [:]
    }

    private let host: FakeHost
    private let state = Mutex(State())

    init(_ host: FakeHost) { self.host = host }

    var served: Set<VolumeID> { state.withLock { $0.served } }
    var settled: [VolumeID] { state.withLock { $0.settled } }
    /// Of which volumes points in time were taken together.
    var points: [Set<VolumeID>] { state.withLock { $0.points } }
    func setSize(_ bytes: UInt64, of id: VolumeID) { state.withLock { $0.sizes[id] = bytes } }

    func serve(_ volume: VolumeID) async throws -> String {
        try host.check("serve")
        state.withLock { _ = $0.served.insert(volume) }
        return "/tmp/\(volume).sock"
    }

    func close(_ volume: VolumeID) async {
        host.note("close")
        state.withLock { _ = $0.served.remove(volume) }
    }

    func withPoints<Value: Sendable>(
        of volumes: [VolumeID],
        _ body: @Sendable ([VolumeID: VolumePoint]) async throws -> Value
    ) async throws -> Value {
        try host.check("points")
        state.withLock { $0.points.append(Set(volumes)) }
        return try await body([:])
    }

    func settle(_ volume: VolumeID) async { state.withLock { $0.settled.append(volume) } }

    func byteCount(of volume: VolumeID) async -> UInt64? { state.withLock { $0.sizes[volume] } }
}
