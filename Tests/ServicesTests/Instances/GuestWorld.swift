import Domain
import Foundation
import Machines
import Metadata
import Services
import TestSupport
import Testing

/// A Region with instances whose guests are none.
struct GuestWorld: Sendable {
    let world: World
    let host: FakeHost
    let volumes: FakeVolumes
    let memory: GuestMemory
    /// Where the instances have their folders.
    let folder: String

    static func run(memoryMiB: Int = 4_096, faultyDisks: Bool = false, _ body: (GuestWorld) async throws -> Void) async throws {
        try await World.run(faultyDisks: faultyDisks) { world in
            let host = FakeHost()
            let folder = "/tmp/ferry-\(UUID().uuidString.prefix(13))"
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let memory = GuestMemory(limitMiB: memoryMiB)
            try await body(GuestWorld(world: world, host: host, volumes: FakeVolumes(host), memory: memory, folder: folder))
        }
    }

    var store: RegionStore { world.store(World.home) }
    var database: Database { store.database }

    /// Runs `body` beside a server that drives the instances, and stops that.
    func served(_ body: () async throws -> Void) async throws {
        let machines = RegionMachines(folder: folder, host: host, memory: memory)
        var timing = GuestTiming(shutdown: 60)
        timing.look = .seconds(100_000)
        let reconciler = InstanceReconciler(
            store: store,
            deployment: world.deployment,
            host: host,
            disks: volumes,
            memory: memory,
            machines: machines,
            timing: timing,
            interval: .seconds(100_000)
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await reconciler.run() }
            try await body()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    func wake() { store.instancesWakeup() }

    // Rows

    /// A pending instance with the root volume, as a launch leaves it.
    ///
    /// - Parameter data: whether it has a second volume, which stays when it is terminated.
    func launch(
        type: String = "t3.micro",
        behavior: Instance.ShutdownBehavior = .stop,
        isRootUsable: Bool = true,
        data: Bool = false
    ) async throws -> InstanceID {
        let number = host.nextNumber()
        let (id, now, network) = (InstanceID.random(), world.clock.now, DefaultNetwork(of: World.account, in: World.home))
        let subnet = network.subnets[0]
        try await database.write { transaction in
            let groups = SecurityGroupTable(transaction, of: network)
            if try !groups.isThere(network.securityGroup) { try groups.insert(.standard(of: network)) }
            let place = Instance.Place(
                zone: subnet.zone,
                subnet: subnet.id,
                vpc: network.vpc,
                interface: NetworkInterfaceID.random(),
                mac: "02:00:00:00:00:01",
                privateAddress: "172.31.0.\(number)",
                publicAddress: "127.9.0.\(number)",
                groups: [network.securityGroup]
            )
            let instance = Instance(
                id: id,
                owner: World.account,
                reservation: ReservationID.random(),
                launchIndex: 0,
                image: ImageID.random(),
                traits: MachineTraits(architecture: .amd64, virtualization: .hvm),
                rootDeviceName: "/dev/xvda",
                rootDeviceType: .ebs,
                type: type,
                place: place,
                metadata: MetadataOptions(),
                shutdownBehavior: behavior,
                launchedAt: now
            )
            try InstanceTable(transaction).insert(instance)
            try insertVolume(for: id, "/dev/xvda", subnet.zone, deletes: true, isUsable: isRootUsable, transaction)
            if data { try insertVolume(for: id, "/dev/sdf", subnet.zone, deletes: false, isUsable: true, transaction) }
        }
        wake()
        return id
    }

    /// An instance that has come to run.
    func running(behavior: Instance.ShutdownBehavior = .stop, data: Bool = false) async throws -> InstanceID {
        let id = try await launch(behavior: behavior, data: data)
        try await until(id, is: .running)
        return id
    }

    private func insertVolume(
        for id: InstanceID,
        _ device: String,
        _ zone: AvailabilityZone,
        deletes: Bool,
        isUsable: Bool,
        _ transaction: Transaction
    ) throws {
        var volume = Volume(
            id: VolumeID.random(),
            owner: World.account,
            zone: zone,
            shape: VolumeShape(stored: .gp3, sizeGiB: 1, iops: 3_000, throughput: 125, isMultiAttachEnabled: false),
            createdAt: world.clock.now
        )
        try volume.attach(to: id, in: zone, as: device, deletesOnTermination: deletes, at: world.clock.now)
        if !isUsable { volume.state = .creating }
        try VolumeTable(transaction).insert(volume)
    }

    /// A volume that is attached to nothing.
    func freeVolume() async throws -> VolumeID {
        let id = VolumeID.random()
        let volume = Volume(
            id: id,
            owner: World.account,
            zone: DefaultNetwork(of: World.account, in: World.home).subnets[0].zone,
            shape: VolumeShape(stored: .gp3, sizeGiB: 1, iops: 3_000, throughput: 125, isMultiAttachEnabled: false),
            createdAt: world.clock.now
        )
        try await database.write { try VolumeTable($0).insert(volume) }
        return id
    }

    func instance(_ id: InstanceID) async throws -> Instance {
        try #require(try await database.read { try InstanceTable($0).instance(id) })
    }

    func volumesOf(_ id: InstanceID) async throws -> [Volume] {
        try await database.read { try VolumeTable($0).volumes(of: id) }
    }

    func change(_ id: InstanceID, _ body: @escaping @Sendable (inout Instance, Date) throws -> Void) async throws {
        let now = world.clock.now
        try await database.write { transaction in
            guard var instance = try InstanceTable(transaction).instance(id) else { return }
            try body(&instance, now)
            try InstanceTable(transaction).update(instance)
        }
        wake()
    }

    func stop(_ id: InstanceID, force: Bool = false) async throws { try await change(id) { _ = try $0.stop(force: force, at: $1) } }
    func start(_ id: InstanceID) async throws { try await change(id) { _ = try $0.start(at: $1) } }
    func terminate(_ id: InstanceID) async throws { try await change(id) { _ = try $0.terminate(at: $1) } }
    func reboot(_ id: InstanceID) async throws { try await change(id) { try $0.reboot(at: $1) } }

    func until(_ id: InstanceID, is state: InstanceState) async throws {
        try await TestSupport.until("\(id) is \(state.rawValue)") { try await instance(id).state == state }
    }

    /// The same, where only time brings it: each look is one later.
    func until(_ id: InstanceID, is state: InstanceState, advancing seconds: Double) async throws {
        try await TestSupport.until("\(id) is \(state.rawValue)") {
            world.clock.advance(seconds: seconds)
            wake()
            return try await instance(id).state == state
        }
    }

    /// Waits for something about the guests.
    func until(_ what: String, _ isSo: () async throws -> Bool) async throws { try await TestSupport.until(what, isSo) }
}
