import Blocks
import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// Snapshots of volumes, and what keeps the bytes of a volume alive.
@Suite(.againstHangs) struct VolumeSnapshotTests {
    private static let disk: [Int64: UInt64] = [0: 1, 5: 2, 1030: 3]

    private func completed(_ world: World, _ volume: Volume) async throws -> Snapshot {
        let id = try await world.volumes().snapshot(volume.id.rawValue, description: "of a test", tags: [Tag(key: "a", value: "b")]).id
        try await until("\(id) is no longer pending") { try await world.state(of: id) != .pending }
        return try await world.snapshots(World.home).snapshot(id.rawValue)
    }

    @Test func aSnapshotOfAVolumeIsWhatItWasMadeOf() async throws {
        try await World.run { world in
            try await world.reconciling {
                let source = try await world.snapshot(Self.disk)
                let volume = try await world.volume(over: source, VolumeShapeRequest(sizeGiB: 16_384))
                let first = try await completed(world, volume)
                #expect(first.state == .completed && first.sizeGiB == 16_384 && first.volumeID == volume.id.rawValue)
                #expect(first.description == "of a test" && first.tags == [Tag(key: "a", value: "b")])
                #expect(first.parentID == source && first.dataBytes == 3 * Snapshot.blockBytes)
                try await world.expect(first.id, in: World.home, holds: Self.disk)
                // Nothing has changed between it, the source and the next.
                let second = try await completed(world, volume)
                #expect(second.parentID == first.id)
                for (older, newer) in [(source, first.id), (first.id, second.id)] {
                    let page = BlockPageRequest(maxResults: nil, nextToken: nil, startingBlockIndex: nil)
                    #expect(try await world.reads(World.home).changes(from: older.rawValue, to: newer.rawValue, page: page).blocks.isEmpty)
                }
            }
        }
    }

    @Test func anEmptyVolumeIsZeros() async throws {
        try await World.run { world in
            try await world.reconciling {
                let volume = try await world.volume(over: nil, VolumeShapeRequest(sizeGiB: 4))
                let first = try await completed(world, volume)
                #expect(first.state == .completed && first.dataBytes == 0 && first.lineage == first.id)
                try await world.expect(first.id, in: World.home, holds: [:])
                #expect(try await completed(world, volume).lineage == first.id)
                // A volume made of one goes on with its lineage.
                let next = try await world.volume(over: first.id)
                #expect(try await completed(world, next).lineage == first.id)
            }
        }
    }

    /// Whatever goes first: the snapshot that it was made of, the volume, or the snapshot that is made of it.
    @Test func nothingOfAVolumeIsCollected() async throws {
        try await World.run { world in
            let ids = try await made(world)
            // Nobody drives the job yet.
            let pending = try await world.volumes().snapshot(ids.volume.rawValue, description: "", tags: []).id
            try await world.snapshots(World.home).delete(ids.source.rawValue)
            try await world.collect()
            let spare = try await world.volumes().snapshot(ids.volume.rawValue, description: "", tags: []).id
            try await world.volumes().delete(ids.volume.rawValue)
            try await world.collect()
            try await world.reconciling {
                try await until("both are completed") {
                    for id in [pending, spare] where try await world.state(of: id) != .completed { return false }
                    return true
                }
            }
            try await world.collect()
            try await world.expect(pending, in: World.home, holds: Self.disk)
            // Deleted, they hold nothing.
            for id in [pending, spare] { try await world.snapshots(World.home).delete(id.rawValue) }
            try await world.collect()
            let digests = Self.disk.values.map { TestBlock.digest(content($0)) }
            #expect(try await world.store(World.home).blocks.contains(digests).isEmpty)
        }
    }

    private func made(_ world: World) async throws -> (source: SnapshotID, volume: VolumeID) {
        var made: (SnapshotID, VolumeID)?
        try await world.reconciling {
            let source = try await world.snapshot(Self.disk)
            made = (source, try await world.volume(over: source).id)
        }
        return try #require(made)
    }

    @Test func aPendingSnapshotCanBeDeleted() async throws {
        try await World.run { world in
            let ids = try await made(world)
            let pending = try await world.volumes().snapshot(ids.volume.rawValue, description: "", tags: []).id
            try await world.snapshots(World.home).delete(pending.rawValue)
            let (row, job) = try await world.store(World.home).database.read { transaction in
                (try VolumeSnapshotTable(transaction).row(of: pending), try JobTable(transaction).job(pending.rawValue))
            }
            #expect(row == nil && job == nil)
        }
    }

    @Test func encryptionOfAVolumeIsItsOwn() async throws {
        try await World.run { world in
            try await world.reconciling {
                let (keys, open) = (Keys(world.call(World.home)), try await world.snapshot(Self.disk))
                // Over an open snapshot: sealed anew.
                let sealed = try await world.volume(over: open, encryption: EncryptionRequest(isEncrypted: true))
                #expect(sealed.encryption != nil && sealed.base?.domain == nil)
                try await world.snapshots(World.home).delete(open.rawValue)
                try await world.collect()
                let snapshot = try await completed(world, sealed)
                #expect(snapshot.state == .completed && snapshot.encryption == sealed.encryption)
                try await world.expect(snapshot.id, in: World.home, holds: Self.disk)
                // Over that one: under its key, whatever is said of Encrypted.
                let inherited = try await world.volume(over: snapshot.id, encryption: EncryptionRequest(isEncrypted: false))
                #expect(inherited.encryption == sealed.encryption && inherited.base?.domain == sealed.encryption?.domain)
                // Under another key: from the one to the other.
                let key = try await keys.create(KeyCreation()).key
                let other = try await world.volume(
                    over: snapshot.id,
                    encryption: EncryptionRequest(isEncrypted: true, key: key.id.rawValue)
                )
                let again = try await completed(world, other)
                #expect(again.encryption?.keyARN == key.arn && again.lineage == snapshot.lineage)
                try await world.expect(again.id, in: World.home, holds: Self.disk)
                try await world.collect()
                try await world.expect(again.id, in: World.home, holds: Self.disk)
                // A key that cannot be used makes neither volumes nor snapshots.
                try await keys.disable(key.id.rawValue)
                await expectFault(.invalidKMSKeyState) { _ = try await world.volume(over: again.id) }
                await expectFault(.invalidKMSKeyState) { _ = try await completed(world, other) }
                // By default.
                try await EncryptionByDefault(world.call(World.home)).turn(on: true)
                #expect(try await world.volume().encryption != nil)
            }
        }
    }

    @Test func pendingSnapshotsAreBounded() async throws {
        try await World.run { world in
            let volume = try await world.volume()
            func snapshot(_ volume: Volume) async throws {
                _ = try await world.volumes().snapshot(volume.id.rawValue, description: "", tags: [])
            }
            for _ in 0..<5 { try await snapshot(volume) }
            await expectFault(.concurrentSnapshotLimitExceeded) { try await snapshot(volume) }
            let disk = try await world.volume(over: nil, VolumeShapeRequest(type: .st1, sizeGiB: 125))
            try await snapshot(disk)
            await expectFault(.concurrentSnapshotLimitExceeded) { try await snapshot(disk) }
            // Uploads count among those of the account.
            _ = try await world.start()
            try await world.grant(7, of: .pendingSnapshots)
            let another = try await world.volume()
            await expectFault(.pendingSnapshotLimitExceeded) { try await snapshot(another) }
            await expectFault(.concurrentLimitExceededException) { _ = try await world.start() }
            try await world.grant(8, of: .pendingSnapshots)
            try await world.grant(7, of: .snapshots)
            await expectFault(.snapshotLimitExceeded) { try await snapshot(another) }
            await expectFault(.invalidVolumeNotFound) {
                _ = try await world.volumes().snapshot("vol-0123456789abcdef0", description: "", tags: [])
            }
        }
    }

    @Test(.enabled(if: TestRows.areInFiles)) func scrubNamesAVolumeWhoseBytesAreHurtAndDuCountsIt() async throws {
        try await World.run { world in
            let ids = try await made(world)
            try await world.snapshots(World.home).delete(ids.source.rawValue)
            try await world.collect()
            let usage = try await Maintenance(folder: world.folder).usage(of: World.home) { _ in }
            #expect(usage.volumeBytes == usage.storedBytes && usage.garbageBytes == 0 && usage.volumeBytes > 0)
            // Beside a snapshot, the frames are several holders'.
            let volume = try await world.volumes().volume(ids.volume.rawValue)
            try await world.reconciling { _ = try await completed(world, volume) }
            let both = try await Maintenance(folder: world.folder).usage(of: World.home) { use in #expect(use.aloneBytes == 0) }
            #expect(both.garbageBytes == 0)

            try world.flip(world.place(of: TestBlock.digest(content(2))))
            let hurt = try await Maintenance(folder: world.folder).scrub(World.home).hurt
            #expect(hurt.map(\.holder).contains(.volume(ids.volume)) && hurt.count == 2)
        }
    }
}
