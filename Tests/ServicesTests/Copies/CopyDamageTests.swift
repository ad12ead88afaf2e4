import Blocks
import Domain
import Foundation
import Services
import TestSupport
import Testing

/// A source whose packs are damaged or gone.
@Suite struct CopyDamageTests {
    @Test func aDamagedSourceFailsTheImage() async throws {
        try await World.run(faultyDisks: true) { world in
            try await world.reconciling {
                let (sound, damaged) = (try await world.snapshot([0: 1, 1: 2]), try await world.snapshot([0: 7, 1: 8]))
                let source = try await world.register("web", over: [sound, damaged])
                let frame = try await flip(8, on: try #require(world.disks[World.home]))

                // Callers that wait for the image see it fail, every one of them.
                let id = try await world.images(World.away).copy(.of(source, name: "copy"))
                let ends = await together(4) { _ in try await world.end(of: id) }
                for end in ends { #expect(try end.get().state == .failed) }

                let image = try await world.end(of: id)
                let copied = image.snapshotIDs
                let reason = try #require(image.stateReason)
                #expect(reason.code == "Server.InternalError")
                #expect(reason.message.hasPrefix("Snapshot \(copied[1]), copied from \(damaged) in us-east-1: "))
                #expect(reason.message.contains(frame.description))
                #expect(!reason.message.contains(sound.rawValue))
                let snapshot = try await world.snapshots(World.away).snapshot(copied[1].rawValue)
                #expect(snapshot.state == .error)
                #expect(snapshot.statusMessage?.contains(damaged.rawValue) == true)
                #expect(snapshot.root == nil)
                // Not tried again: bytes do not come back by themselves.
                #expect(world.log.count("Copying a snapshot", snapshot: copied[1].rawValue) == 1)
                // Its sister gets through.
                try await until("the sound snapshot is copied") {
                    try await world.state(of: copied[0], in: World.away) == .completed
                }
                try await world.expect(copied[0], in: World.away, holds: [0: 1, 1: 2])
                #expect(try await world.describe(id)?.state == .failed)

                // It keeps its name until it is deregistered.
                await expectFault(.invalidImageNameDuplicate) { _ = try await world.images(World.away).copy(.of(source, name: "copy")) }
                await expectFault(.invalidImageIDUnavailable) {
                    _ = try await world.images(World.home).copy(.of(id, in: World.away, name: "x"))
                }
                let deletions = try await world.images(World.away).deregister(id.rawValue, deletesSnapshots: true)
                #expect(deletions.map(\.outcome) == [.success, .success])

                // Put right, the same copy succeeds.
                _ = try await flip(8, on: try #require(world.disks[World.home]))
                let again = try await world.end(of: try await world.images(World.away).copy(.of(source, name: "copy")))
                #expect(again.state == .available)
                try await world.expect(again.snapshotIDs[1], in: World.away, holds: [0: 7, 1: 8])
            }
        }
    }

    @Test func aMissingPackFailsTheImage() async throws {
        try await World.run { world in
            try await world.reconciling {
                let source = try await world.register("web", over: [try await world.snapshot([0: 1])])
                let packs = world.folder.regionFolder(World.home) + "/packs"
                // Cut off and not only unlinked, because the store has it open.
                for name in try FileManager.default.contentsOfDirectory(atPath: packs) {
                    let file = try #require(FileHandle(forUpdatingAtPath: packs + "/" + name))
                    try file.truncate(atOffset: 8192)
                    try file.close()
                }
                let image = try await world.end(of: try await world.images(World.away).copy(.of(source, name: "copy")))
                #expect(image.state == .failed)
                #expect(image.stateReason?.code == "Server.InternalError")
                #expect(try await world.state(of: image.snapshotIDs[0], in: World.away) == .error)
            }
        }
    }

    /// Flips a bit in the middle of a block's payload, wherever it stands.
    private func flip(_ number: UInt64, on disk: FaultyDisk) async throws -> Digest {
        let digest = TestBlock.digest(content(number))
        for name in disk.names {
            let bytes = disk.contents(name)
            for start in stride(from: 0, through: bytes.count - 80, by: 8) where bytes[start..<start + 7].elementsEqual("FERRYFR".utf8) {
                guard bytes[start + 44..<start + 76].elementsEqual(digest.bytes) else { continue }
                disk.flip(name, at: start + 100)
                return digest
            }
        }
        throw NotReached(description: "block \(number) is in no pack")
    }
}
