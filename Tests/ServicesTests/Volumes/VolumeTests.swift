import Blocks
import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// Volumes are made, described, grown and deleted (docs/behaviour/volumes.md).
@Suite(.againstHangs) struct VolumeTests {
    private func described(_ world: World, _ narrow: (inout VolumeQuery) -> Void = { _ in }) async throws -> [Volume] {
        var query = VolumeQuery()
        narrow(&query)
        return try await world.volumes().describe(query).elements
    }

    @Test func aVolumeIsThereWhenTheCallIsAnswered() async throws {
        try await World.run { world in
            let tags = [Tag(key: "Name", value: "data")]
            let made = try await world.volume(over: nil, VolumeShapeRequest(type: .gp3, sizeGiB: 16_384), tags: tags)
            #expect(made.state == .creating && made.tags == tags && made.base == nil && made.zone.name == "us-east-1a")
            var expected = made
            expected.state = .available
            #expect(try await described(world) == [expected])
            #expect(try await world.tags(World.home).describe([], page: PageRequest()).elements.map(\.kind) == ["volume"])
            // It is there after a restart, too.
            try await world.reopened { again in
                let known = try await again.volumes().volume(made.id.rawValue)
                #expect(known.state == .available && known.shape == made.shape)
            }
            try await world.volumes().delete(made.id.rawValue)
            #expect(try await described(world).isEmpty)
            await expectFault(.invalidVolumeNotFound) { try await world.volumes().delete(made.id.rawValue) }
            #expect(try await world.tags(World.home).describe([], page: PageRequest()).elements.isEmpty)
        }
    }

    @Test func aTokenMakesOneVolume() async throws {
        try await World.run { world in
            let token = ClientToken(text: "a token", fingerprint: [1])
            let made = try await world.volume(token: token)
            let again = try await world.volume(token: token)
            #expect(again.id == made.id && again.state == .available)
            await expectFault(.idempotentParameterMismatch) {
                _ = try await world.volume(token: ClientToken(text: "a token", fingerprint: [2]))
            }
            #expect(try await described(world).count == 1)
        }
    }

    @Test func whatCannotBeMadeChangesNothing() async throws {
        try await World.run { world in
            func refused(_ code: FaultCode, _ request: VolumeRequest) async {
                await expectFault(code) { _ = try await world.volumes().create(request, nil) }
            }
            let one = VolumeShapeRequest(sizeGiB: 1)
            await refused(.missingParameter, VolumeRequest(shape: one))
            await refused(.missingParameter, VolumeRequest(zone: "us-east-1a"))
            await refused(.invalidZoneNotFound, VolumeRequest(zone: "eu-west-1a", shape: one))
            await refused(.invalidZoneNotFound, VolumeRequest(zoneID: "use1-az99", shape: one))
            await refused(.invalidParameterCombination, VolumeRequest(zone: "us-east-1a", zoneID: "use1-az1", shape: one))
            await refused(.invalidSnapshotIDMalformed, VolumeRequest(zone: "us-east-1a", snapshotID: "snap-", shape: one))
            await refused(.invalidSnapshotNotFound, VolumeRequest(zone: "us-east-1a", snapshotID: "snap-0123456789abcdef0", shape: one))
            await refused(.invalidParameterCombination, VolumeRequest(zone: "us-east-1a", shape: one, initializationRate: 100))
            await refused(
                .invalidParameterDependency,
                VolumeRequest(zone: "us-east-1a", shape: one, encryption: EncryptionRequest(key: "alias/one"))
            )
            await refused(
                .invalidParameterValue,
                VolumeRequest(zone: "us-east-1a", shape: one, encryption: EncryptionRequest(isEncrypted: true, key: "alias/none"))
            )
            let pending = try await world.start()
            await refused(.incorrectState, VolumeRequest(zone: "us-east-1a", snapshotID: pending.id.rawValue))
            #expect(try await described(world).isEmpty)
        }
    }

    @Test func snapshotsOfOthersMustBeShared() async throws {
        try await World.run { world in
            try await world.reconciling {
                let snapshot = try await world.snapshot([0: 1])
                func make() async throws -> Volume { try await world.volume(over: snapshot, by: World.stranger) }
                await expectFault(.invalidSnapshotNotFound) { _ = try await make() }
                try await world.snapshots(World.home).share(
                    snapshot.rawValue,
                    SharingChange(adding: [.account(World.stranger)], removing: [])
                )
                let volume = try await make()
                #expect(volume.owner == World.stranger)
                // Nobody else sees it.
                await expectFault(.invalidVolumeNotFound) { _ = try await world.volumes().volume(volume.id.rawValue) }
                #expect(try await described(world).isEmpty)
                await expectFault(.invalidVolumeNotFound) {
                    try await world.tags(World.home).create([Tag(key: "a", value: "b")], on: [volume.id.rawValue])
                }
                // An archived one is made no volume of.
                _ = try await world.snapshots(World.home).archive(snapshot.rawValue)
                try await world.untilTier(of: snapshot, is: "archival-completed")
                await expectFault(.incorrectState) { _ = try await world.volume(over: snapshot) }
            }
        }
    }

    @Test func pagesAndFiltersFindVolumes() async throws {
        try await World.run { world in
            var ids: [VolumeID] = []
            for number in 0..<7 { ids.append(try await world.volume(over: nil, VolumeShapeRequest(sizeGiB: number + 1)).id) }
            ids.sort()
            var query = VolumeQuery()
            query.page = PageRequest(maxResults: 5)
            let first = try await world.volumes().describe(query)
            #expect(first.elements.map(\.id) == Array(ids[0..<5]))
            query.page = PageRequest(maxResults: 5, nextToken: first.nextToken)
            let second = try await world.volumes().describe(query)
            #expect(second.elements.map(\.id) == Array(ids[5...]) && second.nextToken == nil)
            #expect(try await described(world) { $0.filters = [Filter(name: "size", values: ["1", "2"])] }.count == 2)
            #expect(
                try await described(world) { $0.filters = [Filter(name: "volume-id", values: [ids[3].rawValue])] }.map(\.id) == [ids[3]]
            )
            #expect(try await described(world) { $0.filters = [Filter(name: "volume-id", values: ["vol-0123456789abcdef0"])] }.isEmpty)
            #expect(try await described(world) { $0.filters = [Filter(name: "attachment.device", values: ["/dev/sdf"])] }.isEmpty)
            #expect(try await described(world) { $0.ids = [ids[2].rawValue, ids[1].rawValue] }.map(\.id) == [ids[1], ids[2]])
            await expectFault(.invalidVolumeNotFound) { _ = try await described(world) { $0.ids = ["vol-0123456789abcdef0"] } }
            await expectFault(.invalidVolumeIDMalformed) { _ = try await described(world) { $0.ids = ["volume"] } }
            await expectFault(.invalidParameterValue) {
                _ = try await described(world) { $0.filters = [Filter(name: "colour", values: ["red"])] }
            }
            let statuses = try await world.volumes().statuses(VolumeQuery()).elements
            #expect(statuses.map(\.volume) == ids && statuses.allSatisfy { $0.status == "ok" })
        }
    }

    @Test func attributesAreKept() async throws {
        try await World.run { world in
            let id = try await world.volume().id.rawValue
            #expect(try await !world.volumes().volume(id).enablesIOByItself)
            try await world.volumes().setEnablesIOByItself(true, of: id)
            try await world.volumes().enableIO(of: id)
            #expect(try await world.volumes().volume(id).enablesIOByItself)
            await expectFault(.invalidVolumeNotFound) { try await world.volumes().enableIO(of: "vol-0123456789abcdef0") }
        }
    }

    @Test func modificationsGoOnWithTheClock() async throws {
        try await World.run(volumeOptimizationMinutes: 10) { world in
            let id = try await world.volume(over: nil, VolumeShapeRequest(type: .gp2, sizeGiB: 10)).id
            let lifecycle = LifecycleReconciler(store: world.store(World.home), deployment: world.deployment)
            func last() async throws -> VolumeModification? {
                try await world.volumes().modifications(VolumeQuery()).elements.first
            }
            #expect(try await last() == nil)
            var named = VolumeQuery()
            named.ids = [id.rawValue]
            await expectFault(.invalidVolumeModificationNotFound) { _ = try await world.volumes().modifications(named) }
            let begun = try await world.volumes().modify(id.rawValue, VolumeShapeRequest(type: .gp3, sizeGiB: 20))
            #expect(begun.state == .modifying)
            #expect(try await world.volumes().volume(id.rawValue).shape.sizeGiB == 10)
            await expectFault(.incorrectModificationState) {
                _ = try await world.volumes().modify(id.rawValue, VolumeShapeRequest(sizeGiB: 30))
            }
            await lifecycle.step()
            #expect(try await last()?.state == .optimizing)
            let shape = try await world.volumes().volume(id.rawValue).shape
            #expect(shape.sizeGiB == 20 && shape.type == .gp3 && shape.iops == 3_000 && shape.throughput == 125)
            await lifecycle.step()
            #expect(try await last()?.state == .optimizing)
            world.clock.advance(seconds: 600)
            // Whoever serves next goes on with it.
            try await world.reopened { again in
                await LifecycleReconciler(store: again.store(World.home), deployment: again.deployment).step()
                let done = try await again.volumes().modifications(named).elements.first
                #expect(done?.state == .completed && done?.endedAt == world.clock.now)
            }
            for size in [21, 22, 23] {
                _ = try await world.volumes().modify(id.rawValue, VolumeShapeRequest(sizeGiB: size))
                await lifecycle.step()
                world.clock.advance(seconds: 600)
                await lifecycle.step()
            }
            await expectFault(.volumeModificationRateExceeded) {
                _ = try await world.volumes().modify(id.rawValue, VolumeShapeRequest(sizeGiB: 24))
            }
            await expectFault(.invalidParameterValue) { _ = try await world.volumes().modify(id.rawValue, VolumeShapeRequest(sizeGiB: 9)) }
            world.clock.advance(seconds: 24 * 3_600)
            _ = try await world.volumes().modify(id.rawValue, VolumeShapeRequest(sizeGiB: 24))
        }
    }

    @Test func storageAndOperationsAreBoundedByQuotas() async throws {
        try await World.run { world in
            try await world.grant(1, of: .gp2Storage)
            let first = try await world.volume(over: nil, VolumeShapeRequest(sizeGiB: 1_000))
            await expectFault(.volumeLimitExceeded) { _ = try await world.volume(over: nil, VolumeShapeRequest(sizeGiB: 25)) }
            _ = try await world.volume(over: nil, VolumeShapeRequest(sizeGiB: 24))
            await expectFault(.volumeLimitExceeded) {
                _ = try await world.volumes().modify(first.id.rawValue, VolumeShapeRequest(sizeGiB: 1_001))
            }
            // Another type has room of its own, and leaves some.
            _ = try await world.volumes().modify(first.id.rawValue, VolumeShapeRequest(type: .gp3))
            _ = try await world.volume(over: nil, VolumeShapeRequest(sizeGiB: 1_000))
            try await world.grant(1_000, of: .io2IOPS)
            let fast = try await world.volume(over: nil, VolumeShapeRequest(type: .io2, sizeGiB: 10, iops: 900))
            await expectFault(.maxIOPSLimitExceeded) {
                _ = try await world.volume(over: nil, VolumeShapeRequest(type: .io2, sizeGiB: 10, iops: 101))
            }
            try await world.volumes().delete(fast.id.rawValue)
            _ = try await world.volume(over: nil, VolumeShapeRequest(type: .io2, sizeGiB: 10, iops: 1_000))
        }
    }

    @Test func nothingIsAttachedToAnInstanceThatIsNotThere() async throws {
        try await World.run { world in
            let id = try await world.volume().id
            let instance = "i-0123456789abcdef0"
            await expectFault(.invalidInstanceIDNotFound) {
                _ = try await world.volumes().attach(AttachmentRequest(volume: id.rawValue, instance: instance, device: "/dev/sdf"))
            }
            await expectFault(.invalidInstanceIDMalformed) {
                _ = try await world.volumes().attach(AttachmentRequest(volume: id.rawValue, instance: "i-", device: "/dev/sdf"))
            }
            await expectFault(.invalidParameterValue) {
                _ = try await world.volumes().attach(AttachmentRequest(volume: id.rawValue, instance: instance, device: "sofa"))
            }
            let free = await expectFault(.incorrectState) { _ = try await world.volumes().detach(id.rawValue, from: instance, device: nil) }
            // Terraform takes this for done.
            #expect(free?.message.contains("'available'") == true)
            await expectFault(.invalidInstanceIDNotFound) {
                _ = try await world.volumes().snapshots(InstanceSnapshotRequest(instance: instance))
            }
        }
    }

    @Test func theStepsOfAnAttachmentAreKeptInRows() async throws {
        try await World.run { world in
            let (id, instance): (VolumeID, InstanceID) = (try await world.volume().id, known("i-0123456789abcdef0"))
            let (database, now) = (world.store(World.home).database, world.clock.now)
            _ = try await database.write {
                try Volumes.attach(
                    id,
                    of: World.account,
                    to: instance,
                    in: known("us-east-1a"),
                    as: "/dev/sdf",
                    deletesOnTermination: true,
                    at: now,
                    in: $0
                )
            }
            try await database.write { try Volumes.finishAttaching(id, to: instance, in: $0) }
            #expect(
                try await described(world) { $0.filters = [Filter(name: "attachment.instance-id", values: [instance.rawValue])] }.map(\.id)
                    == [id]
            )
            await expectFault(.volumeInUse) { try await world.volumes().delete(id.rawValue) }
            try await database.write { try Volumes.setDeletesOnTermination(false, id, at: instance, in: $0) }
            let detaching = try await world.volumes().detach(id.rawValue, from: nil, device: "/dev/sdf")
            #expect(detaching.state == .detaching && !detaching.deletesOnTermination)
            try await database.write { try Volumes.finishDetaching(id, from: instance, in: $0) }
            let free = try await world.volumes().volume(id.rawValue)
            #expect(free.state == .available && free.attachments.isEmpty)
            try await world.volumes().delete(id.rawValue)
        }
    }
}
