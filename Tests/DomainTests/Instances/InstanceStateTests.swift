import Domain
import Foundation
import Testing

/// What callers ask of an instance, and what becomes of its guest.
@Suite struct InstanceStateTests {
    private static let now = Date(timeIntervalSince1970: 1_795_376_072)

    private func instance(
        _ state: InstanceState,
        root: RootDeviceType = .ebs,
        shutdown: Instance.ShutdownBehavior = .stop,
        _ protections: Instance.Protections = .init(),
        wasStarted: Bool = true
    ) -> Instance {
        Instance(
            id: known("i-0123456789abcdef0"),
            owner: known("123456789012"),
            reservation: known("r-0123456789abcdef0"),
            launchIndex: 0,
            image: known("ami-0123456789abcdef0"),
            traits: MachineTraits(architecture: .amd64, virtualization: .hvm),
            rootDeviceName: "/dev/xvda",
            rootDeviceType: root,
            type: "t3.micro",
            place: Instance.Place(
                zone: AvailabilityZone.zones(of: known("eu-west-1"))[0],
                subnet: known("subnet-0123456789abcdef0"),
                vpc: known("vpc-0123456789abcdef0"),
                interface: known("eni-0123456789abcdef0"),
                mac: "06:00:00:00:00:05",
                privateAddress: "172.31.0.5",
                publicAddress: nil,
                groups: []
            ),
            metadata: MetadataOptions(),
            shutdownBehavior: shutdown,
            protections: protections,
            state: state,
            launchedAt: Self.now,
            wasStarted: wasStarted
        )
    }

    private func refusal(_ body: () throws -> Void) -> Fault? {
        do {
            try body()
            return nil
        } catch {
            return error as? Fault
        }
    }

    @Test func numbersAreEC2s() {
        let numbers = Dictionary(uniqueKeysWithValues: InstanceState.allCases.map { ($0.rawValue, $0.code) })
        #expect(numbers == ["pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80])
    }

    @Test func aLifeFromLaunchToEnd() throws {
        var instance = instance(.pending, wasStarted: false)
        #expect(instance.step == .launch)
        instance.started()
        #expect(instance.state == .running && instance.step == .watch)
        #expect(try instance.stop(force: false, at: Self.now) == .init(instance: instance.id, previous: .running, current: .stopping))
        #expect(instance.step == .stop(force: false))
        #expect(instance.reason?.code == "Client.UserInitiatedShutdown")
        #expect(instance.transition == "User initiated (2026-11-22 19:34:32 GMT)")
        instance.guestEnded(nil, at: Self.now)
        #expect(instance.state == .stopped && instance.step == nil)
        let later = Self.now.addingTimeInterval(60)
        #expect(try instance.start(at: later) == .init(instance: instance.id, previous: .stopped, current: .pending))
        #expect(instance.launchedAt == later && instance.reason == nil && instance.transition.isEmpty)
        instance.started()
        #expect(try instance.terminate(at: later).current == .shuttingDown)
        instance.guestEnded(nil, at: later)
        #expect(instance.state == .shuttingDown && instance.step == .terminate)
        instance.removed(at: later)
        #expect(instance.state == .terminated && instance.terminatedAt == later && instance.step == nil)
    }

    /// Which calls are refused in which state, as EC2 does; the others succeed, also when nothing changes.
    @Test(arguments: InstanceState.allCases) func callsInEveryState(state: InstanceState) throws {
        var started = instance(state)
        let start = refusal { _ = try started.start(at: Self.now) }
        #expect((start?.code == .incorrectInstanceState) == [.stopping, .shuttingDown, .terminated].contains(state))
        var stopped = instance(state)
        let stop = refusal { _ = try stopped.stop(force: false, at: Self.now) }
        #expect((stop?.code == .incorrectInstanceState) == [.pending, .shuttingDown, .terminated].contains(state))
        var ended = instance(state)
        #expect(try ended.terminate(at: Self.now).previous == state)
        #expect(ended.state == (state == .terminated ? .terminated : .shuttingDown))
        var rebooted = instance(state)
        #expect((refusal { try rebooted.reboot(at: Self.now) } == nil) == (state == .running))
        #expect((rebooted.rebootRequestedAt != nil) == (state == .running))
        if start != nil { #expect(started == instance(state)) }
        if stop != nil { #expect(stopped == instance(state)) }
    }

    @Test(arguments: InstanceState.allCases) func onlyGuestsThatRunAreWaitedForByImages(_ state: InstanceState) throws {
        let canHave: Set<InstanceState> = [.running, .stopping, .stopped]
        for reboots in [true, false] {
            var instance = instance(state)
            guard canHave.contains(state) else {
                #expect(refusal { _ = try instance.imageWaits(reboots: reboots) }?.code == .invalidParameterValue)
                continue
            }
            #expect(try instance.imageWaits(reboots: reboots) == (reboots && state != .stopped))
            instance.wish(for: known("ami-0123456789abcdef0"))
            let again = refusal { _ = try instance.imageWaits(reboots: reboots) }
            #expect((again?.code == .incorrectInstanceState) == (reboots && state != .stopped))
            #expect(instance.comesBack == (state == .running))
            instance.imaged(at: Self.now)
            #expect(instance.pendingImage == nil && (instance.rebootRequestedAt != nil) == (state == .running))
        }
        let bundled = instance(state, root: .instanceStore)
        #expect(refusal { _ = try bundled.imageWaits(reboots: false) }?.code == .unsupportedOperation)
    }

    @Test func protectionsRefuse() {
        var instance = instance(.running, .init(termination: true, stop: true))
        let unchanged = instance
        #expect(refusal { _ = try instance.stop(force: true, at: Self.now) }?.code == .operationNotPermitted)
        #expect(
            refusal { _ = try instance.terminate(at: Self.now) }?.message
                == "The instance 'i-0123456789abcdef0' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again."
        )
        #expect(instance == unchanged)
    }

    @Test func stoppingCanBecomeForced() throws {
        var instance = instance(.running)
        _ = try instance.stop(force: false, at: Self.now)
        _ = try instance.stop(force: true, at: Self.now)
        #expect(instance.step == .stop(force: true))
        _ = try instance.stop(force: false, at: Self.now)
        #expect(instance.step == .stop(force: true))
    }

    @Test func whatHasNoVolumeCannotStop() {
        var instance = instance(.running, root: .instanceStore)
        #expect(refusal { _ = try instance.stop(force: false, at: Self.now) }?.code == .unsupportedOperation)
        instance.guestEnded(nil, at: Self.now)
        #expect(instance.state == .shuttingDown)
    }

    @Test(arguments: [(Instance.ShutdownBehavior.stop, InstanceState.stopped), (.terminate, .shuttingDown)])
    func aGuestThatShutsItselfDown(behavior: Instance.ShutdownBehavior, state: InstanceState) {
        var instance = instance(.running, shutdown: behavior)
        instance.guestEnded(nil, at: Self.now)
        #expect(instance.state == state && instance.reason?.code == "Client.InstanceInitiatedShutdown")
    }

    /// A crash is nobody's wish: the volumes are kept, whatever a shutdown would do.
    @Test(arguments: [Instance.ShutdownBehavior.stop, .terminate]) func aGuestThatDies(behavior: Instance.ShutdownBehavior) {
        var instance = instance(.running, shutdown: behavior)
        instance.guestEnded(StateReason(code: "Server.InternalError", message: "Server.InternalError: The machine ended"), at: Self.now)
        #expect(instance.state == .stopped && instance.transition == "Server.InternalError: The machine ended")
    }

    @Test func whatCannotStart() {
        let reason = StateReason(code: "Client.InvalidKMSKey.InvalidState", message: "The key is disabled")
        var first = instance(.pending, wasStarted: false)
        first.failedToStart(reason, at: Self.now)
        #expect(first.state == .shuttingDown && first.reason == reason)
        var again = instance(.pending)
        again.failedToStart(reason, at: Self.now)
        #expect(again.state == .stopped && again.reason == reason)
    }

    @Test func metadataOptionsFollowTheImage() throws {
        var traits = MachineTraits(architecture: .amd64, virtualization: .hvm)
        #expect(try MetadataOptionsRequest().new(for: traits) == MetadataOptions())
        traits.imdsSupport = "v2.0"
        #expect(try MetadataOptionsRequest().new(for: traits) == MetadataOptions(requiresToken: true, hopLimit: 2))
        #expect(try MetadataOptionsRequest(requiresToken: false).new(for: traits) == MetadataOptions(requiresToken: false, hopLimit: 2))
        for hops in [0, 65] {
            #expect(refusal { _ = try MetadataOptionsRequest(hopLimit: hops).new(for: traits) }?.code == .invalidParameterValue)
        }
        let off = MetadataOptionsRequest(isEnabled: false, requiresToken: true)
        #expect(refusal { _ = try off.changed(MetadataOptions()) }?.code == .invalidParameterCombination)
    }
}
