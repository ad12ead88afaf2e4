import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// CreateImage of instances whose guests are not shut down for it: what the image is, what it is refused, and what becomes of it.
@Suite(.againstHangs) struct CreateImageTests {
    private static let root: [Int64: UInt64] = [0: 1, 5: 2]
    private static let data: [Int64: UInt64] = [3: 3]

    /// A stopped instance with a root volume of 1 GiB and a second one of 8 GiB.
    private func stopped(_ world: World, _ change: @escaping @Sendable (inout LaunchRequest) -> Void = { _ in }) async throws -> InstanceID
    {
        let disks = [try await world.snapshot(Self.root), try await world.snapshot(Self.data)]
        let image = try await world.launchable(snapshots: disks)
        let id = try await world.launch(image) { request in
            request.devices = [
                ImageRegistration.Device(name: "/dev/sdb", volume: ImageRegistration.Volume(sizeGiB: 8, type: .gp3, iops: 4_000))
            ]
            change(&request)
        }[0].id
        try await world.run(id)
        try await world.halt(id)
        return id
    }

    private func volumes(of id: InstanceID, _ world: World) async throws -> [Volume] {
        try await world.store(World.home).database.read { try VolumeTable($0).volumes(of: id) }
            .sorted { $0.attachments[0].device < $1.attachments[0].device }
    }

    private func creation(of id: InstanceID, _ name: String = "made", _ change: (inout ImageCreation) -> Void = { _ in }) -> ImageCreation {
        var creation = ImageCreation(instance: id.rawValue, name: name)
        change(&creation)
        return creation
    }

    private func create(
        of id: InstanceID,
        _ world: World,
        _ name: String = "made",
        _ change: (inout ImageCreation) -> Void = { _ in }
    ) async throws -> ImageID { try await world.images(World.home).create(creation(of: id, name, change)) }

    @Test(arguments: [true, false]) func anImageIsWhatTheInstanceIs(stopped isStopped: Bool) async throws {
        try await World.run { world in
            try await world.reconciling {
                let id = try await stopped(world)
                if !isStopped { try await world.resume(id) }
                let disks = try await volumes(of: id, world)
                try await world.write([5: 7], to: disks[0].id)
                let made = try await create(of: id, world) { creation in
                    (creation.description, creation.reboots) = ("from a test", isStopped)
                    (creation.imageTags, creation.snapshotTags) = ([Tag(key: "of", value: "image")], [Tag(key: "of", value: "snapshot")])
                }
                // What is written later is not in it.
                try await world.write([5: 8, 6: 9], to: disks[0].id)
                let image = try await world.end(of: made, in: World.home)
                let instance = try await world.detail(id).instance
                #expect(image.state == .available && image.stateReason == nil)
                #expect(image.name == "made" && image.description == "from a test" && image.tags == [Tag(key: "of", value: "image")])
                #expect(image.traits == instance.traits && image.rootDeviceName == "/dev/sda" && image.owner == World.account)
                #expect(image.source == Image.Source(id: instance.image, region: World.home) && image.sourceInstance == id)
                #expect(image.devices.map(\.name) == ["/dev/sda", "/dev/sdb"])
                let templates = image.devices.compactMap(\.volume)
                #expect(templates.map(\.sizeGiB) == [1, 8] && templates.map(\.type) == [.gp2, .gp3])
                #expect(templates.map(\.iops) == [nil, 4_000] && templates.map(\.throughput) == [nil, 125])
                #expect(templates.map(\.deletesOnTermination) == [true, false])
                for (snapshotID, volume) in zip(image.snapshotIDs, disks) {
                    let snapshot = try await world.snapshots(World.home).snapshot(snapshotID.rawValue)
                    #expect(snapshot.description == "Created by CreateImage(\(id)) for \(made)")
                    #expect(snapshot.volumeID == volume.id.rawValue && snapshot.tags == [Tag(key: "of", value: "snapshot")])
                }
                try await world.expect(image.snapshotIDs[0], in: World.home, holds: [0: 1, 5: 7])
                try await world.expect(image.snapshotIDs[1], in: World.home, holds: Self.data)
                #expect(try await world.images(World.home).ancestry(of: made.rawValue).map(\.id) == [made, instance.image])
                var query = ImageQuery()
                query.filters = [Filter(name: "source-instance-id", values: [id.rawValue])]
                #expect(try await world.images(World.home).describe(query).elements.map(\.id) == [made])
            }
        }
    }

    /// Neither the instance, nor its volumes, nor the image that it came from are needed by an image, available or not.
    @Test func anImageStandsByItself() async throws {
        try await World.run { world in
            let id = try await world.reconciled { try await stopped(world) }
            let disks = try await volumes(of: id, world)
            try await world.write([5: 7], to: disks[0].id)
            let source = try await world.detail(id).instance.image
            // Nobody drives the jobs yet.
            let made = try await create(of: id, world)
            _ = try await world.instances().terminate([id.rawValue])
            let now = world.clock.now
            try await world.store(World.home).database.write { try Instances.finishTermination(of: id, at: now, in: $0) }
            try await world.volumes().delete(disks[1].id.rawValue)
            _ = try await world.images(World.home).deregister(source.rawValue, deletesSnapshots: true)
            try await world.collect()
            let image = try await world.reconciled { try await world.end(of: made, in: World.home) }
            #expect(image.state == .available)
            try await world.collect()
            try await world.expect(image.snapshotIDs[0], in: World.home, holds: [0: 1, 5: 7])
            try await world.expect(image.snapshotIDs[1], in: World.home, holds: Self.data)
            // A copy has the source, and no instance.
            let copied = try await world.reconciled { try await world.end(of: world.images(World.away).copy(.of(made, name: "copy"))) }
            #expect(copied.state == .available && copied.sourceInstance == nil && copied.source?.id == made)
            #expect(try await world.images(World.away).ancestry(of: copied.id.rawValue).map(\.id) == [copied.id, made, source])
        }
    }

    @Test func itsSnapshotsAreInUse() async throws {
        try await World.run { world in
            let id = try await world.reconciled { try await stopped(world) }
            let made = try await create(of: id, world)
            let image = try #require(try await world.describe(made, in: World.home))
            #expect(image.state == .pending)
            for snapshot in image.snapshotIDs {
                await expectFault(.invalidSnapshotInUse) { try await world.snapshots(World.home).delete(snapshot.rawValue) }
            }
            // Deregistered while it is pending: its snapshots are completed all the same, or go with it.
            _ = try await world.images(World.home).deregister(made.rawValue, deletesSnapshots: false)
            let other = try await create(of: id, world)
            let gone = try #require(try await world.describe(other, in: World.home)).snapshotIDs
            _ = try await world.images(World.home).deregister(other.rawValue, deletesSnapshots: true)
            try await world.reconciling {
                for snapshot in image.snapshotIDs { try await world.untilCompleted(snapshot) }
            }
            let states = try await world.store(World.home).database.read { transaction in
                (try ImageTable(transaction).image(made)?.state, try SnapshotTable(transaction).snapshots(ids: gone).count)
            }
            #expect(states.0 == .deregistered && states.1 == 0)
        }
    }

    // Devices ---------------------------------------------------------------------------------------------------------

    @Test func devicesAreAddedAndLeftOut() async throws {
        try await World.run { world in
            try await world.reconciling {
                let (id, extra) = (try await stopped(world), try await world.snapshot([9: 9]))
                let made = try await create(of: id, world) { creation in
                    creation.devices = [
                        ImageRegistration.Device(
                            name: "/dev/sda",
                            volume: ImageRegistration.Volume(sizeGiB: 1, deletesOnTermination: false)
                        ),
                        ImageRegistration.Device(name: "/dev/sdb", isSuppressed: true),
                        ImageRegistration.Device(name: "/dev/sdx", isSuppressed: true),
                        ImageRegistration.Device(
                            name: "/dev/sdc",
                            volume: ImageRegistration.Volume(snapshotID: extra.rawValue, type: .gp3)
                        ),
                        ImageRegistration.Device(
                            name: "/dev/sdd",
                            volume: ImageRegistration.Volume(sizeGiB: 4, encryption: EncryptionRequest(isEncrypted: true))
                        ),
                        ImageRegistration.Device(name: "/dev/sde", virtualName: "ephemeral0"),
                    ]
                }
                let image = try await world.end(of: made, in: World.home)
                #expect(image.state == .available)
                #expect(image.devices.map(\.name) == ["/dev/sda", "/dev/sdc", "/dev/sdd", "/dev/sde"])
                let templates = image.devices.map(\.volume)
                #expect(templates.map { $0?.deletesOnTermination } == [false, false, false, nil])
                #expect(templates.map { $0?.isEncrypted } == [false, false, true, nil])
                #expect(templates[1]?.snapshotID == extra && templates[2]?.snapshotID == nil && templates[2]?.sizeGiB == 4)
                #expect(image.devices[3].target == .ephemeral(virtualName: "ephemeral0"))
                // Those that the image has of the machine itself go on into the next.
                let next = try await world.launch(made)[0].id
                try await world.run(next)
                let again = try await create(of: next, world, "again") { $0.reboots = false }
                #expect(
                    try await world.describe(again, in: World.home)?.devices.map(\.name) == [
                        "/dev/sda", "/dev/sdc", "/dev/sdd", "/dev/sde",
                    ]
                )
            }
        }
    }

    private static let refusedDevices: [(name: String, volume: ImageRegistration.Volume?, suppressed: Bool, code: FaultCode)] = [
        ("/dev/sda", nil, true, .invalidBlockDeviceMapping),
        ("/dev/sda", .init(sizeGiB: 2), false, .invalidBlockDeviceMapping),
        ("/dev/sda", .init(type: .gp3), false, .invalidBlockDeviceMapping),
        ("/dev/sda", .init(snapshotID: "snap-0123456789abcdef0"), false, .invalidBlockDeviceMapping),
        ("/dev/sdb", .init(iops: 5_000), false, .invalidBlockDeviceMapping),
        ("/dev/sdb", .init(throughput: 200), false, .invalidBlockDeviceMapping),
        ("/dev/sdb", .init(encryption: EncryptionRequest(isEncrypted: true)), false, .invalidBlockDeviceMapping),
        ("/dev/sdb", .init(encryption: EncryptionRequest(key: "alias/aws/ebs")), false, .invalidBlockDeviceMapping),
        ("/dev/sdc", nil, false, .missingParameter),
        ("/dev/sdc", .init(), false, .missingParameter),
        ("/dev/sdc", .init(snapshotID: "snap-0123456789abcdef0"), false, .invalidSnapshotNotFound),
        (
            "/dev/sdc", .init(sizeGiB: 1, encryption: EncryptionRequest(isEncrypted: true, key: "alias/aws/ebs")), false,
            .invalidParameterCombination
        ),
    ]

    @Test func devicesThatCannotBeAreRefused() async throws {
        try await World.run { world in
            let id = try await world.reconciled { try await stopped(world) }
            for (name, volume, suppressed, code) in Self.refusedDevices {
                await expectFault(code) {
                    _ = try await create(of: id, world) { creation in
                        creation.devices = [ImageRegistration.Device(name: name, isSuppressed: suppressed, volume: volume)]
                    }
                }
            }
            try await expectNothing(world)
        }
    }

    private func expectNothing(_ world: World) async throws {
        let (images, snapshots, jobs) = try await world.store(World.home).database.read { transaction in
            (
                try transaction.firstRow("SELECT COUNT(*) AS count FROM images WHERE state = 'pending'")?.integer("count"),
                try transaction.firstRow("SELECT COUNT(*) AS count FROM snapshots WHERE state = 'pending'")?.integer("count"),
                try JobTable(transaction).hasAny()
            )
        }
        #expect(images == 0 && snapshots == 0 && !jobs)
    }

    // Who has images --------------------------------------------------------------------------------------------------

    @Test func onlyInstancesThatAreThereHaveImages() async throws {
        try await World.run { world in
            let id = try await world.reconciled { try await stopped(world) }
            await expectFault(.invalidInstanceIDMalformed) {
                _ = try await world.images(World.home).create(ImageCreation(instance: "i-x", name: "made"))
            }
            await expectFault(.invalidInstanceIDNotFound) { _ = try await create(of: InstanceID.random(), world) }
            await expectFault(.invalidInstanceIDNotFound) { _ = try await world.images(World.away).create(creation(of: id)) }
            let stranger: AccountID = known("210987654321")
            await expectFault(.invalidInstanceIDNotFound) {
                _ = try await Images(world.call(World.home, by: stranger)).create(creation(of: id))
            }
            await expectFault(.invalidImageNameMalformed) { _ = try await create(of: id, world, "x") }
            await expectFault(.invalidImageNameDuplicate) { _ = try await create(of: id, world, "web") }
            await expectFault(.invalidParameterValue) {
                _ = try await create(of: id, world) { $0.snapshotTags = [Tag(key: "aws:x", value: "")] }
            }
            for state in [InstanceState.pending, .shuttingDown, .terminated] {
                try await world.set(state, id)
                let fault = await expectFault(.invalidParameterValue) { _ = try await create(of: id, world) { $0.reboots = false } }
                #expect(
                    fault?.message == "Invalid value '\(id)' for instanceId. Instance is not in state 'running' or 'stopping' or 'stopped'"
                )
            }
            try await world.set(.stopped, id)
            let root = try await volumes(of: id, world)[0].id
            _ = try await world.volumes().detach(root.rawValue, from: nil, device: nil)
            await expectFault(.invalidParameterValue) { _ = try await create(of: id, world) }
            try await expectNothing(world)
        }
    }

    @Test func aDryRunMakesNothing() async throws {
        try await World.run { world in
            let id = try await world.reconciled { try await stopped(world) }
            try await world.call(World.home).rehearse { _ = try await Images($0).create(creation(of: id)) }
            try await expectNothing(world)
            try await world.resume(id)
            try await world.call(World.home).rehearse { _ = try await Images($0).create(creation(of: id)) }
            try await expectNothing(world)
            #expect(try await world.detail(id).instance.pendingImage == nil)
        }
    }

    @Test func imagesWithoutRebootsAreBounded() async throws {
        try await World.run { world in
            let id = try await world.reconciled { try await stopped(world) }
            try await world.resume(id)
            for number in 1...5 { _ = try await create(of: id, world, "made-\(number)") { $0.reboots = false } }
            await expectFault(.concurrentCreateImageNoRebootLimitExceeded) { _ = try await create(of: id, world) { $0.reboots = false } }
            await expectFault(.concurrentSnapshotLimitExceeded) { _ = try await create(of: id, world) }
        }
    }

    // Encryption, and failures ----------------------------------------------------------------------------------------

    @Test func encryptedVolumesHaveEncryptedSnapshots() async throws {
        try await World.run { world in
            let key = try await Keys(world.call(World.home)).create(KeyCreation()).key
            let id = try await world.reconciled {
                try await stopped(world) { request in
                    request.devices.append(
                        ImageRegistration.Device(
                            name: "/dev/sda",
                            volume: ImageRegistration.Volume(encryption: EncryptionRequest(isEncrypted: true, key: key.id.rawValue))
                        )
                    )
                }
            }
            let made = try await create(of: id, world)
            let image = try await world.reconciled { try await world.end(of: made, in: World.home) }
            #expect(image.state == .available && image.devices.map { $0.volume?.isEncrypted } == [true, false])
            let root = try await world.snapshots(World.home).snapshot(image.snapshotIDs[0].rawValue)
            #expect(root.encryption?.keyARN.contains(key.id.rawValue) == true)
            try await world.expect(root.id, in: World.home, holds: Self.root)
            // Without the key there is no image, and one that is being made fails.
            let other = try await create(of: id, world, "other")
            try await Keys(world.call(World.home)).disable(key.id.rawValue)
            let failed = try await world.reconciled { try await world.end(of: other, in: World.home) }
            #expect(failed.state == .failed && failed.stateReason?.message.contains("snap-") == true)
            await expectFault(.invalidKMSKeyState) { _ = try await create(of: id, world, "third") }
        }
    }
}

extension World {
    /// The same beside reconcilers, with a value.
    func reconciled<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        var value: Value?
        try await reconciling { value = try await body() }
        guard let value else { throw NotReached(description: "the end") }
        return value
    }

    /// Has the guest of an instance shut down.
    func halt(_ id: InstanceID) async throws {
        let now = clock.now
        try await drive(id) { _ = try? $0.stop(force: false, at: now) }
        try await drive(id) { $0.guestEnded(nil, at: now) }
    }

    /// Has it run again.
    func resume(_ id: InstanceID) async throws {
        let now = clock.now
        try await drive(id) { _ = try? $0.start(at: now) }
        try await drive(id) { $0.started() }
    }

    func set(_ state: InstanceState, _ id: InstanceID) async throws {
        try await store(World.home).database.write { transaction in
            _ = try transaction.execute("UPDATE instances SET state = ? WHERE id = ?", [.text(state), .text(id)])
        }
    }
}
