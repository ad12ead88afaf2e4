import Blocks
import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// What `ferry du` says against what a collection then frees, and against a model that counts every frame of every tree.
@Suite(.againstHangs) struct UsageTests {
    private struct Told {
        var images: [ImageID: StorageUse] = [:]
        var snapshots: [SnapshotID: StorageUse] = [:]
        var region = RegionUsage()
    }

    private func told(_ world: World, _ region: Region = World.home, only ids: Set<String> = []) async throws -> Told {
        var told = Told()
        told.region = try await Maintenance(folder: world.folder).usage(of: region, only: ids) { use in
            switch use.holder {
            case .image(let id, _): told.images[id] = use
            case .snapshot(let id): told.snapshots[id] = use
            }
        }
        return told
    }

    private func collect(_ world: World, _ region: Region = World.home) async throws -> Int64 {
        let schedule = Collector.Schedule(pause: 0, grace: 0)
        return Int64(
            try await Collector(store: world.store(region), deployment: world.deployment, schedule: schedule).collect().bytesRemoved
        )
    }

    /// Two pages' worth of disk, of which a few blocks come from a small number of contents, some of them twice.
    private func blocks(using generator: inout SeededGenerator) -> [Int64: UInt64] {
        var blocks: [Int64: UInt64] = [:]
        for _ in 0..<Int.random(in: 0...5, using: &generator) {
            let place = Int64.random(in: 0..<3, using: &generator) + 1024 * Int64.random(in: 0...1, using: &generator)
            blocks[place] = UInt64.random(in: 1...6, using: &generator)
        }
        return blocks
    }

    /// The frames of a snapshot's tree and what each takes.
    private func frames(of id: SnapshotID, in world: World) async throws -> [Digest: Int64] {
        let store = world.store(World.home)
        let root = try await store.database.read { try SnapshotTable($0).snapshot(id)?.root }
        let digest = try #require(root.flatMap { Digest(bytes: $0) })
        var digests: Set<Digest> = [digest]
        for entry in try await store.blocks.readRoot(digest).entries {
            digests.insert(entry.digest)
            digests.formUnion(try await store.blocks.readPage(entry.digest).allDigests)
        }
        let index = SQLFrameIndex(try Database(path: world.folder.frameIndex(World.home), schema: .frameIndex))
        return try index.locate(Array(digests)).mapValues { Int64($0.frameLength) }
    }

    @Test(arguments: seeds(6))
    func aloneIsWhatADeletionFreesAndSharedIsTheRest(seed: UInt64) async throws {
        try await World.run { world in
            var generator = SeededGenerator(seed: seed)
            var snapshots: [SnapshotID] = []
            var disks: [[Int64: UInt64]] = []
            for _ in 0..<6 { disks.append(blocks(using: &generator)) }
            // Two that are equal to the last bit.
            disks.append(disks[0])
            try await world.reconciling { for disk in disks { snapshots.append(try await world.snapshot(disk)) } }
            // An image of two disks, one that shares a disk with it, and one of a single one.
            let images = [
                try await world.register("web-a", over: [snapshots[0], snapshots[1]]),
                try await world.register("web-b", over: [snapshots[1], snapshots[2]]),
                try await world.register("web-c", over: [snapshots[3]]),
            ]
            // What a crash left of a push.
            let store = world.store(World.home).blocks
            try await store.withWriter { writer in
                try await writer.put(content(99))
                try await writer.flush()
            }
            var trees: [SnapshotID: [Digest: Int64]] = [:]
            for id in snapshots { trees[id] = try await frames(of: id, in: world) }

            let told = try await told(world)
            let all = trees.values.reduce(into: [:]) { $0.merge($1) { $1 } }
            #expect(told.region.snapshotBytes == all.values.reduce(0, +))
            #expect(told.region.unfinishedBytes == 0)
            #expect(told.region.unreadableMaps == 0)
            #expect(told.region.garbageBytes > 0)
            #expect(try await collect(world) == told.region.garbageBytes)

            // Who goes with an image: its snapshots that no other image uses.
            let groups: [(holder: StorageUse?, all: [SnapshotID], going: [SnapshotID])] =
                snapshots.map { (told.snapshots[$0], [$0], [$0]) } + [
                    (told.images[images[0]], [snapshots[0], snapshots[1]], [snapshots[0]]),
                    (told.images[images[1]], [snapshots[1], snapshots[2]], [snapshots[2]]),
                    (told.images[images[2]], [snapshots[3]], [snapshots[3]]),
                ]
            for (use, members, going) in groups {
                let use = try #require(use)
                let held = members.reduce(into: [:]) { $0.merge(trees[$1] ?? [:]) { $1 } }
                let others = Set(snapshots.filter { !going.contains($0) }.flatMap { trees[$0].map { Array($0.keys) } ?? [] })
                let alone = held.filter { !others.contains($0.key) }.values.reduce(0, +)
                #expect(use.aloneBytes == alone, "\(use.holder)")
                #expect(use.sharedBytes == held.values.reduce(0, +) - alone, "\(use.holder)")
            }

            // And so it comes to pass, one after the other.
            let victim = try #require(images.randomElement(using: &generator))
            let alone = try #require(told.images[victim]).aloneBytes
            _ = try await world.images(World.home).deregister(victim.rawValue, deletesSnapshots: true)
            #expect(try await collect(world) == alone)
            for image in images where image != victim {
                _ = try await world.images(World.home).deregister(image.rawValue, deletesSnapshots: false)
            }
            let left = try await world.snapshots(World.home).describe(SnapshotQuery()).elements.map(\.id)
            for id in left.shuffled(using: &generator) {
                let alone = try #require(try await self.told(world, only: [id.rawValue]).snapshots[id]).aloneBytes
                try await world.snapshots(World.home).delete(id.rawValue)
                #expect(try await collect(world) == alone)
            }
            #expect(try await self.told(world).region == RegionUsage())
        }
    }

    @Test func uploadsAndCopiesAreNoGarbageAndNobodysAlone() async throws {
        try await World.run { world in
            var made: SnapshotID?
            try await world.reconciling { made = try await world.snapshot([0: 1, 1: 2, 1024: 3]) }
            let source = try #require(made)
            let before = try await told(world)
            let alone = try #require(before.snapshots[source]).aloneBytes
            #expect(alone == before.region.storedBytes)
            // An upload that has one block of the snapshot and one of its own.
            let upload = try await world.start().id
            try await world.put(1, at: 0, into: upload)
            try await world.put(7, at: 1, into: upload)
            let after = try await told(world)
            #expect(after.region.garbageBytes == 0)
            #expect(after.region.unfinishedBytes > 0)
            #expect(after.region.unfinishedBytes + after.region.snapshotBytes == after.region.storedBytes)
            let use = try #require(after.snapshots[source])
            #expect(use.sharedBytes > 0)
            #expect(use.aloneBytes + use.sharedBytes == alone)
            #expect(after.snapshots[upload]?.aloneBytes == 0)
            // A copy keeps all of its source.
            _ = try await world.snapshots(World.away).copy(
                SnapshotCopyRequest(
                    sourceRegion: World.home.rawValue,
                    sourceSnapshotID: source.rawValue,
                    description: "",
                    tags: [],
                    completionMinutes: nil
                )
            )
            #expect(try #require(try await told(world).snapshots[source]).aloneBytes == 0)
            #expect(try await told(world).region.garbageBytes == 0)
            #expect(try await collect(world) == 0)
        }
    }

    @Test func mapsThatCannotBeReadAreTold() async throws {
        try await World.run { world in
            try await world.reconciling {
                let id = try await world.snapshot([0: 1])
                let root = try await world.store(World.home).database.read { try SnapshotTable($0).snapshot(id)?.root }
                let index = SQLFrameIndex(try Database(path: world.folder.frameIndex(World.home), schema: .frameIndex))
                let digest = try #require(root.flatMap { Digest(bytes: $0) })
                #expect(try index.remove([digest], before: 1).count == 1)
                #expect(try await told(world).region.unreadableMaps == 1)
            }
        }
    }
}
