import Blocks
import Domain
import Foundation
import Metadata
import NIOCore
import Services
import Synchronization
import TestSupport
import Testing

/// Snapshots of volumes that guests write to.
@Suite(.againstHangs) struct WrittenVolumeTests {
    private static let disk: [Int64: UInt64] = [0: 1, 5: 2, 1030: 3]

    private func volume(_ world: World, _ encryption: EncryptionRequest = EncryptionRequest()) async throws -> VolumeID {
        let source = try await world.snapshot(Self.disk)
        return try await world.volume(over: source, encryption: encryption).id
    }

    @Test(arguments: [true, false]) func aSnapshotIsOfItsCall(open: Bool) async throws {
        try await World.run { world in
            try await world.reconciling {
                let id = try await volume(world)
                let source = try #require(try await world.volumes().volume(id.rawValue).snapshotID)
                try await world.write([5: 7, 9: 8], to: id)
                if !open { await world.volumeDisks.close(id) }
                let first = try await world.snapshot(of: id)
                try await world.write([5: 9, 0: 0], to: id)
                try await world.untilCompleted(first)
                try await world.expect(first, in: World.home, holds: [0: 1, 5: 7, 9: 8, 1030: 3])
                let second = try await world.completedSnapshot(of: id)
                try await world.expect(second, in: World.home, holds: [5: 9, 9: 8, 1030: 3])
                #expect(try await world.snapshots(World.home).snapshot(second.rawValue).parentID == first)
                #expect(try await world.changes(source, first) == [5, 9])
                #expect(try await world.changes(first, second) == [0, 5])
                #expect(try await world.changes(source, second) == [0, 5, 9])
                // What is in the snapshot is not kept twice.
                try await until("layers are given back") { world.layers(of: id) == ["layer-0000000003.map"] }
                let row = try await world.volumes().volume(id.rawValue)
                #expect(row.mergedThrough == 2)
                try await world.expect(id, holds: [0: 0, 5: 9, 9: 8, 1030: 3])
            }
        }
    }

    /// One guest writes sectors one after the other; whatever a snapshot has of them is what it had written at one moment of the call.
    @Test func aGuestGoesOnWhileItsVolumeIsSnapshotted() async throws {
        try await World.run { world in
            try await world.reconciling {
                let id = try await volume(world)
                let progress = GuestProgress()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try await world.guest(of: id) { guest in
                            var number = 0
                            while !progress.isOver.load(ordering: .relaxed) {
                                number += 1
                                try await guest.write(Self.sector(number), at: Self.place(of: number))
                                progress.written.store(number, ordering: .releasing)
                                if number % 32 == 0 { try await guest.flush() }
                            }
                        }
                    }
                    var made: [(id: SnapshotID, range: ClosedRange<Int>)] = []
                    for _ in 0..<4 {
                        let before = progress.written.load(ordering: .acquiring)
                        let snapshot = try await world.snapshot(of: id)
                        made.append((snapshot, before...progress.written.load(ordering: .acquiring) + 1))
                        try await until("it has gone on") { progress.written.load(ordering: .acquiring) > before + 40 }
                    }
                    progress.isOver.store(true, ordering: .relaxed)
                    try await group.waitForAll()
                    for (snapshot, range) in made {
                        try await world.untilCompleted(snapshot)
                        let block = try await world.block(0, of: snapshot)
                        #expect(range.contains { Self.block(after: $0, over: content(1)) == block }, "\(range)")
                    }
                }
            }
        }
    }

    private static func sector(_ number: Int) -> [UInt8] {
        [UInt8](repeating: UInt8(number % 256), count: 4092) + withUnsafeBytes(of: UInt32(number)) { Array($0) }
    }

    private static func place(of number: Int) -> Int { number * 5 % 128 * 4096 }

    private static func block(after number: Int, over base: ByteBuffer) -> [UInt8] {
        var bytes = Array(base.readableBytesView)
        for number in max(1, number - 127)..<max(1, number + 1) {
            bytes.replaceSubrange(place(of: number)..<place(of: number) + 4096, with: sector(number))
        }
        return bytes
    }

    @Test func pendingOnesAreMadeInTheirOrder() async throws {
        try await World.run { world in
            var made: (id: VolumeID, source: SnapshotID)?
            try await world.reconciling {
                let id = try await volume(world)
                made = (id, try #require(try await world.volumes().volume(id.rawValue).snapshotID))
            }
            let (id, source) = try #require(made)
            var (expected, model): ([(SnapshotID, [Int64: UInt64])], [Int64: UInt64]) = ([], Self.disk)
            for number in 0..<5 {
                // The third has nothing of its own.
                if number != 2 {
                    let blocks: [Int64: UInt64] = [Int64(number): UInt64(10 + number), 100: UInt64(20 + number)]
                    try await world.write(blocks, to: id)
                    model.merge(blocks) { $1 }
                }
                expected.append((try await world.snapshot(of: id), model))
            }
            try await world.write([100: 99], to: id)
            #expect(world.layers(of: id).count == 5)
            // The volume goes with all that it was made of, and they are whole.
            try await world.snapshots(World.home).delete(source.rawValue)
            try await world.volumes().delete(id.rawValue)
            try await world.collect()
            #expect(FileManager.default.fileExists(atPath: world.overlay(of: id)))
            try await world.reconciling {
                for (snapshot, blocks) in expected {
                    try await world.untilCompleted(snapshot)
                    try await world.expect(snapshot, in: World.home, holds: blocks)
                }
                try await until("what was written is gone") { !FileManager.default.fileExists(atPath: world.overlay(of: id)) }
            }
            try await world.collect()
            for (snapshot, blocks) in expected { try await world.expect(snapshot, in: World.home, holds: blocks) }
        }
    }

    /// The row says that the layers are in the base, and they are there still.
    @Test func aCrashBetweenRowAndLayersCostsNothing() async throws {
        try await World.run { world in
            let id = try await written(world, [5: 7])
            let pending = try await world.snapshot(of: id)
            try await world.write([6: 8], to: id)
            let left = world.overlay(of: id) + ".left"
            try FileManager.default.copyItem(atPath: world.overlay(of: id), toPath: left)
            try await world.reconciling { try await world.untilCompleted(pending) }
            await world.volumeDisks.close(id)
            try FileManager.default.removeItem(atPath: world.overlay(of: id))
            try FileManager.default.moveItem(atPath: left, toPath: world.overlay(of: id))
            #expect(world.layers(of: id).count == 2)
            try await world.reopened { again in
                try await again.expect(id, holds: [0: 1, 5: 7, 6: 8])
                #expect(again.layers(of: id) == ["layer-0000000002.map"])
                try await again.reconciling {
                    let next = try await again.completedSnapshot(of: id)
                    #expect(try await again.changes(pending, next) == [6])
                }
            }
        }
    }

    /// A point in time that nobody noted, since the process ended before, is laid with the next one.
    @Test func aPointThatNobodyNotedIsPassedOver() async throws {
        try await World.run { world in
            let id = try await written(world, [5: 7])
            // As a call does that is cut off before its rows are written.
            await #expect(throws: CancellationError.self) {
                try await world.call(World.home).withPoints(of: [id]) { points in
                    #expect(points[id]?.layer == 1)
                    throw CancellationError()
                }
            }
            try await world.write([6: 8], to: id)
            #expect(world.layers(of: id).count == 2)
            try await world.killed(id) { again in
                try await again.reconciling {
                    let made = try await again.completedSnapshot(of: id)
                    try await again.expect(made, in: World.home, holds: [0: 1, 5: 7, 6: 8, 1030: 3])
                }
            }
        }
    }

    @Test func refusedAndRehearsedCallsTakeNoPoint() async throws {
        try await World.run { world in
            let id = try await written(world, [5: 7])
            try await world.call(World.home).rehearse { call in
                _ = try await Volumes(call).snapshot(id.rawValue, description: "", tags: [])
            }
            try await world.grant(1, of: .snapshots)
            await expectFault(.snapshotLimitExceeded) { _ = try await world.snapshot(of: id) }
            #expect(world.layers(of: id).count == 1)
        }
    }

    private func written(_ world: World, _ blocks: [Int64: UInt64], _ encryption: EncryptionRequest = EncryptionRequest()) async throws
        -> VolumeID
    {
        var made: VolumeID?
        try await world.reconciling { made = try await volume(world, encryption) }
        let id = try #require(made)
        try await world.write(blocks, to: id)
        return id
    }

    @Test func aSealedVolumeOverAnOpenSnapshot() async throws {
        try await World.run { world in
            try await world.reconciling {
                let id = try await volume(world, EncryptionRequest(isEncrypted: true))
                try await world.write([5: 7], to: id)
                let first = try await world.completedSnapshot(of: id)
                try await world.expect(first, in: World.home, holds: [0: 1, 5: 7, 1030: 3])
                let row = try await world.volumes().volume(id.rawValue)
                #expect(row.base?.domain == row.encryption?.domain)
                try await world.write([6: 8], to: id)
                let source = try #require(row.snapshotID)
                try await world.snapshots(World.home).delete(source.rawValue)
                try await world.collect()
                try await world.expect(id, holds: [0: 1, 5: 7, 6: 8, 1030: 3])
                let second = try await world.completedSnapshot(of: id)
                #expect(try await world.changes(first, second) == [6])
            }
        }
    }

    /// Nothing of a failed snapshot is left, and nothing of the volume is missing.
    @Test func aSnapshotThatFailsLeavesTheVolumeAsItWas() async throws {
        try await World.run { world in
            let id = try await written(world, [5: 7], EncryptionRequest(isEncrypted: true))
            let pending = try await world.snapshot(of: id)
            try await world.write([6: 8], to: id)
            // What was written until the call is gone, as after a restore from a backup that has no such bytes.
            await world.volumeDisks.close(id)
            try FileManager.default.moveItem(atPath: world.overlay(of: id), toPath: world.overlay(of: id) + ".away")
            try await world.reconciling {
                try await until("it has failed") { try await world.state(of: pending) == .error }
                let failed = try await world.snapshots(World.home).snapshot(pending.rawValue)
                #expect(failed.statusMessage?.contains("is not here any more") == true)
            }
            try FileManager.default.removeItem(atPath: world.overlay(of: id))
            try FileManager.default.moveItem(atPath: world.overlay(of: id) + ".away", toPath: world.overlay(of: id))
            try await world.expect(id, holds: [0: 1, 5: 7, 6: 8])
            try await world.reconciling {
                let made = try await world.completedSnapshot(of: id)
                try await world.expect(made, in: World.home, holds: [0: 1, 5: 7, 6: 8, 1030: 3])
                try await until("layers are given back") { world.layers(of: id).count == 1 }
            }
        }
    }

    @Test func pointsThatNobodyNeedsDoNotBecomeTooMany() async throws {
        try await World.run { world in
            let id = try await written(world, [5: 7])
            let calls = world.call(World.home)
            for number in 0..<70 {
                try await world.guest(of: id) { try await $0.write([UInt8(number)], at: 3) }
                await #expect(throws: CancellationError.self) { try await calls.withPoints(of: [id]) { _ in throw CancellationError() } }
            }
            #expect(world.layers(of: id).count <= 40)
            try await world.reconciling {
                let made = try await world.completedSnapshot(of: id)
                #expect(try await world.block(0, of: made)[3] == 69)
                try await world.expect(id, holds: [5: 7, 1030: 3])
            }
        }
    }
}

/// How far a guest is, and whether it is to end.
private final class GuestProgress: Sendable {
    let written = Atomic(0)
    let isOver = Atomic(false)
}

extension World {
    /// A block of a snapshot.
    fileprivate func block(_ index: Int64, of id: SnapshotID) async throws -> [UInt8] {
        let page = try await reads(World.home).list(
            id.rawValue,
            page: BlockPageRequest(maxResults: nil, nextToken: nil, startingBlockIndex: nil)
        )
        let block = try #require(page.blocks.first { $0.index == index })
        return Array(try await reads(World.home).get(id.rawValue, blockIndex: index, token: block.token).bytes.readableBytesView)
    }
}
