import Blocks
import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing
import Transfer

/// What a Region's rows keep alive, and when what they let go of is freed.
@Suite struct CollectorTests {
    private let schedule = Collector.Schedule(pause: 300, grace: 60)

    private func collector(_ world: World, _ region: Region = World.home, _ deployment: Deployment? = nil) -> Collector {
        let deployment = deployment ?? world.deployment
        return Collector(store: world.store(region), deployment: deployment, schedule: schedule)
    }

    private func isStored(_ number: UInt64, in world: World, _ region: Region = World.home) async throws -> Bool {
        try await !world.store(region).blocks.contains([TestBlock.digest(content(number))]).isEmpty
    }

    @Test func aDeletedSnapshotIsFreedAfterTheGraceAndOthersStay() async throws {
        try await World.run { world in
            try await world.reconciling {
                let kept = try await world.snapshot([0: 1, 1: 2])
                let deleted = try await world.snapshot([0: 1, 1: 3])
                let collector = collector(world)
                try await world.snapshots(World.home).delete(deleted.rawValue)
                await collector.step()
                #expect(try await isStored(3, in: world))
                world.clock.advance(seconds: 59)
                await collector.step()
                #expect(try await isStored(3, in: world))
                world.clock.advance(seconds: 2)
                await collector.step()
                #expect(try await !isStored(3, in: world))
                try await world.expect(kept, in: World.home, holds: [0: 1, 1: 2])
            }
        }
    }

    @Test func roundsKeepTheirDistanceAndComeOnlyWhenSomethingWasReleased() async throws {
        try await World.run { world in
            try await world.reconciling {
                let index = SQLFrameIndex(try Database(path: world.folder.frameIndex(World.home), schema: .frameIndex))
                let (first, second) = (try await world.snapshot([0: 1]), try await world.snapshot([0: 2]))
                let collector = collector(world)
                world.clock.advance(seconds: 10_000)
                await collector.step()
                #expect(try index.generation() == 0, "nothing was released")
                try await world.snapshots(World.home).delete(first.rawValue)
                world.clock.advance(seconds: 61)
                await collector.step()
                #expect(try index.generation() == 1)
                try await world.snapshots(World.home).delete(second.rawValue)
                world.clock.advance(seconds: 200)
                await collector.step()
                #expect(try index.generation() == 1, "the last round is not long enough ago")
                world.clock.advance(seconds: 101)
                await collector.step()
                #expect(try index.generation() == 2)
                world.clock.advance(seconds: 10_000)
                await collector.step()
                #expect(try index.generation() == 2)
                // A new process does not wait for what the last one left.
                try await world.store(World.home).database.write {
                    try ReleaseTable($0).insert(root: nil, at: world.clock.now.addingTimeInterval(-61))
                }
                await self.collector(world).step()
                #expect(try index.generation() == 3)
            }
        }
    }

    @Test func anUploadKeepsItsBlocksAndItsParent() async throws {
        try await World.run { world in
            try await world.reconciling {
                let parent = try await world.snapshot([0: 1, 2000: 2])
                let child = try await world.start(parent: parent).id
                try await world.put(3, at: 1, into: child)
                try await world.snapshots(World.home).delete(parent.rawValue)
                world.clock.advance(seconds: 100)
                _ = try await collector(world).collect()
                try await world.complete(child, blocks: 1)
                try await until("\(child) is completed") { try await world.state(of: child) == .completed }
                _ = try await collector(world).collect()
                try await world.expect(child, in: World.home, holds: [0: 1, 1: 3, 2000: 2])
            }
        }
    }

    @Test func aFailedUploadIsFreed() async throws {
        try await World.run { world in
            let id = try await world.start(timeoutMinutes: 10).id
            try await world.put(1, at: 0, into: id)
            world.clock.advance(seconds: 601)
            try await world.reconciling {
                try await until("\(id) has failed") { try await world.state(of: id) == .error }
            }
            world.clock.advance(seconds: 61)
            await collector(world).step()
            #expect(try await !isStored(1, in: world))
        }
    }

    /// A copy that runs keeps the source's tree, although the source is deleted, and the part of it that has arrived.
    @Test func aRunningCopyKeepsBothEnds() async throws {
        try await World.run { world in
            var blocks: [Int64: UInt64] = [:]
            for page in 0..<2 { for slot in 0..<4 { blocks[Int64(page * 1024 + slot)] = UInt64(page * 10 + slot + 1) } }
            try await world.reconciling { _ = try await world.snapshot(blocks) }
            let all = try await world.snapshots(World.home).describe(SnapshotQuery()).elements
            let source = try #require(all.first)
            let copied = try await world.snapshots(World.away).copy(
                SnapshotCopyRequest(
                    sourceRegion: World.home.rawValue,
                    sourceSnapshotID: source.id.rawValue,
                    description: "",
                    tags: [],
                    completionMinutes: nil
                )
            )
            // The first page has arrived, then the copy was interrupted.
            let (home, away) = (world.store(World.home).blocks, world.store(World.away).blocks)
            let root = try await home.readRoot(try #require(source.root.flatMap { Digest(bytes: $0) }))
            try await away.withWriter { writer in
                let page = try await home.readPage(root.entries[0].digest)
                for block in page.allDigests { _ = try await home.copyFrame(block, to: writer) }
                try await writer.put(page: page)
                _ = try await writer.put(content(99))
                try await writer.flush()
            }
            try await world.snapshots(World.home).delete(source.id.rawValue)
            world.clock.advance(seconds: 1_000)
            for region in [World.home, World.away] { _ = try await collector(world, region).collect() }
            #expect(try await !isStored(99, in: world, World.away))
            let appended = away.statistics.counts.framesAppended
            try await world.reconciling {
                try await until("\(copied) is completed") { try await world.state(of: copied, in: World.away) == .completed }
            }
            // Four blocks, their page and the root: the other page was there.
            #expect(away.statistics.counts.framesAppended - appended == 6)
            try await world.expect(copied, in: World.away, holds: blocks)
            world.clock.advance(seconds: 1_000)
            _ = try await collector(world).collect()
            #expect(try await !isStored(1, in: world))
        }
    }

    @Test func aSnapshotThatCannotBeReadBlocksTheRoundAndIsNamed() async throws {
        try await World.run { world in
            try await world.reconciling {
                let hurt = try await world.snapshot([0: 1])
                let deleted = try await world.snapshot([0: 2])
                let root = try await world.store(World.home).database.read { try SnapshotTable($0).snapshot(hurt)?.root }
                let map = try await world.store(World.home).blocks.readRoot(try #require(root.flatMap { Digest(bytes: $0) }))
                let index = SQLFrameIndex(try Database(path: world.folder.frameIndex(World.home), schema: .frameIndex))
                #expect(try index.remove([map.entries[0].digest], before: 1).count == 1)
                try await world.snapshots(World.home).delete(deleted.rawValue)
                world.clock.advance(seconds: 61)
                await collector(world).step()
                #expect(try await isStored(2, in: world))
                #expect(world.log.entries.contains { $0.metadata["error"]?.contains(hurt.rawValue) == true })
                // Deleted, it blocks nothing any more.
                try await world.snapshots(World.home).delete(hurt.rawValue)
                world.clock.advance(seconds: 301)
                await collector(world).step()
                #expect(try await !isStored(2, in: world))
            }
        }
    }
}
