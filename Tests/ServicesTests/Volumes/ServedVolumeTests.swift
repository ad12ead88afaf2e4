import Blocks
import Domain
import Foundation
import Metadata
import NIOCore
import Services
import TestSupport
import Testing

/// The bytes of volumes, as guests have them over NBD.
@Suite(.againstHangs) struct ServedVolumeTests {
    private static let disk: [Int64: UInt64] = [0: 1, 5: 2, 1030: 3]

    /// A volume over a snapshot, or an empty one.
    private func volume(_ world: World, empty: Bool = false, encrypted: Bool = false) async throws -> VolumeID {
        var made: VolumeID?
        try await world.reconciling {
            let snapshot = empty ? nil : try await world.snapshot(Self.disk)
            made = try await world.volume(over: snapshot, encryption: EncryptionRequest(isEncrypted: encrypted ? true : nil)).id
        }
        return try #require(made)
    }

    @Test func whatIsWrittenStandsOverTheSnapshot() async throws {
        try await World.run { world in
            let id = try await volume(world)
            let path = try await world.volumeDisks.serve(id)
            #expect(try await world.volumeDisks.serve(id) == path)
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
            try await world.guest(of: id) { guest in
                #expect(guest.byteCount == 1 << 30)
                #expect(try await guest.read(4096..<8192) == Array(content(1).readableBytesView[4096..<8192]))
                try await guest.write([9, 9, 9], at: 5000)
                try await guest.trim(5 * BlockSize.bytes..<6 * BlockSize.bytes)
                try await guest.flush()
                let range = Int(guest.byteCount) - 4096
                await #expect(throws: NBDGuest.Refusal(errno: 28)) { try await guest.write([UInt8](repeating: 1, count: 8192), at: range) }
            }
            await world.volumeDisks.close(id)
            #expect(!FileManager.default.fileExists(atPath: path))
            #expect(await world.volumeDisks.byteCount(of: id) == nil)
            // At the same place, so that who has lost it finds it again.
            #expect(try await world.volumeDisks.serve(id) == path)
            try await world.guest(of: id) { guest in
                let read = try await guest.read(4999..<5004)
                #expect(read == [2, 9, 9, 9, 2])
            }
            try await world.expect(id, holds: [5: 0, 1030: 3, 1031: 0])
        }
    }

    @Test(arguments: [false, true]) func whatWasAnsweredOutlivesTheProcess(encrypted: Bool) async throws {
        try await World.run { world in
            let id = try await volume(world, encrypted: encrypted)
            try await world.write([0: 7, 8: 8], to: id)
            try await world.guest(of: id) { try await $0.flush() }
            // Not flushed.
            try await world.write([5: 9], to: id)
            try await world.killed(id) { again in
                try await again.expect(id, holds: [0: 7, 5: 9, 8: 8, 1030: 3, 1: 0])
            }
        }
    }

    @Test func nobodyOpensAVolumeTwice() async throws {
        try await World.run { world in
            let id = try await volume(world, empty: true)
            try await world.write([0: 1], to: id)
            let other = VolumeDisks(
                database: world.store(World.home).database,
                blocks: world.store(World.home).blocks,
                place: VolumeDisks.Place(
                    volumes: world.folder.volumes(World.home),
                    sockets: world.folder.volumeSockets(World.home) + "2",
                    pool: world.scratchPool
                ),
                logger: world.log.logger
            )
            let error = await #expect(throws: VolumeError.self) { _ = try await other.serve(id) }
            #expect(error?.code == .inUse)
            await world.volumeDisks.close(id)
            try await NBDGuest.connect(to: try await other.serve(id)) { guest in
                let read = try await guest.read(0..<10)
                #expect(read == Array(content(1).readableBytesView.prefix(10)))
            }
            await other.closeAll()
            // For good.
            await #expect(throws: VolumeError.self) { _ = try await other.serve(id) }
            try await world.expect(id, holds: [0: 1])
        }
    }

    @Test(.enabled(if: TestRows.areInFiles)) func aFullVolumeTellsItsGuestAndKeepsWhatItHas() async throws {
        try await World.run { world in
            let id = try await volume(world, empty: true)
            let small = VolumeDisks(
                database: world.store(World.home).database,
                blocks: world.store(World.home).blocks,
                place: VolumeDisks.Place(
                    volumes: world.folder.volumes(World.home),
                    sockets: world.folder.volumeSockets(World.home),
                    pool: world.scratchPool,
                    options: VolumeOptions(quotaBytes: 1 << 20)
                ),
                logger: world.log.logger
            )
            try await NBDGuest.connect(to: try await small.serve(id)) { guest in
                try await guest.write([UInt8](repeating: 1, count: 1 << 20), at: 0)
                await #expect(throws: NBDGuest.Refusal(errno: 28)) { try await guest.write([2], at: 2 << 20) }
                try await guest.write([3], at: 5)
                try await guest.trim(8192..<16_384)
                try await guest.flush()
                try await guest.write([4], at: 2 << 20)
                #expect(try await guest.read(4..<6) == [1, 3])
            }
            let written = try await Maintenance(folder: world.folder).usage(of: World.home) { _ in }.writtenBytes
            #expect((1 << 20...8 << 20).contains(written), "\(written)")
            await small.closeAll()
        }
    }

    @Test func aLargerSizeReachesTheGuest() async throws {
        try await World.run { world in
            let id = try await volume(world)
            try await world.guest(of: id) { guest in
                _ = try await world.volumes().modify(id.rawValue, VolumeShapeRequest(sizeGiB: 5))
                await LifecycleReconciler(store: world.store(World.home), deployment: world.deployment).step()
                #expect(await world.volumeDisks.byteCount(of: id) == 5 << 30)
                // What the server has, before the guest is told of it.
                try await guest.write([1, 2, 3], at: 4 << 30)
            }
            try await world.guest(of: id) { guest in
                #expect(guest.byteCount == 5 << 30)
                let read = try await guest.read(4 << 30..<(4 << 30) + 3)
                #expect(read == [1, 2, 3])
            }
        }
    }

    @Test func encryptedBytesStandNowhereInTheOpen() async throws {
        try await World.run { world in
            let key = try await Keys(world.call(World.home)).create(KeyCreation()).key.id.rawValue
            let id = try await world.volume(encryption: EncryptionRequest(isEncrypted: true, key: key)).id
            let secret = Array("a secret that nobody may read in any file".utf8)
            try await world.guest(of: id) { guest in
                try await guest.write(secret, at: 10_000)
                try await guest.flush()
            }
            let folder = world.overlay(of: id)
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
                let data = try Data(contentsOf: URL(filePath: folder + "/" + name))
                #expect(data.range(of: Data(secret)) == nil, "\(name)")
            }
            // Without its key it is not opened.
            await world.volumeDisks.close(id)
            try await Keys(world.call(World.home)).disable(key)
            await #expect(throws: (any Error).self) { _ = try await world.volumeDisks.serve(id) }
        }
    }

    @Test func aDeletedVolumeLeavesNothing() async throws {
        try await World.run { world in
            let (id, other) = (try await volume(world), try await volume(world, empty: true))
            for id in [id, other] { try await world.write([1: 1], to: id) }
            try await world.volumes().delete(id.rawValue)
            #expect(!FileManager.default.fileExists(atPath: world.overlay(of: id)))
            #expect(await world.volumeDisks.byteCount(of: id) == nil)
            await expectFault(.invalidVolumeNotFound) { _ = try await world.volumeDisks.serve(id) }
            // The rows of the other go, and the process ends.
            await world.volumeDisks.close(other)
            let rows = try await world.volumes().volume(other.rawValue)
            let now = world.clock.now
            try await world.store(World.home).database.write { try Volumes.remove(rows, at: now, in: $0) }
            #expect(FileManager.default.fileExists(atPath: world.overlay(of: other)))
            try await world.reopened { again in
                await LifecycleReconciler(store: again.store(World.home), deployment: again.deployment).step()
            }
            #expect(!FileManager.default.fileExists(atPath: world.overlay(of: other)))
        }
    }
}
