import Blocks
import Domain
import Metadata
import Services
import TestSupport
import Testing
import Transfer

/// What a push, a copy and a pull of one fixed disk cost, as counts: a change that hashes, writes, syncs or asks the database more often
/// than before fails here on every machine.
///
/// The disk has 1 GiB and 64 MiB of data that does not compress: 128 blocks, in runs over both of its pages. Blocks are put and read one after
/// another, so that nothing depends on which requests happen to share a sync; that is the worst case.
@Suite(.againstHangs) struct CostTests {
    private static let places = (0..<128).map { (run: Int) -> Int64 in Int64(run / 16 * 256 + run % 16) }
    private static var data: Int { places.count * BlockSize.bytes }
    private static let gib = Double(1 << 30)
    private static let never: Duration = .seconds(1_000_000)
    private static let blocksPerGiB = gib / Double(BlockSize.bytes)

    private func put(_ id: SnapshotID, in world: World) async throws {
        for place in Self.places {
            let block = TestBlock.incompressible(UInt64(place) + 1)
            let checksum = TestBlock.digest(block).bytes
            try await world.uploads(World.home).put(
                BlockPut(snapshotID: id.rawValue, blockIndex: place, checksum: checksum, progressPercent: nil, block: block)
            )
        }
    }

    /// Needs the reconcilers.
    private func pushed(in world: World) async throws -> SnapshotID {
        let id = try await world.start().id
        try await put(id, in: world)
        try await world.complete(id, blocks: Self.places.count)
        try await until("the snapshot is completed") { try await world.state(of: id) == .completed }
        return id
    }

    @Test func push() async throws {
        try await World.run { world in
            let store = world.store(World.home)
            let id = try await world.start().id
            let before = Cost(store)
            try await put(id, in: world)
            Threshold.check(
                Cost(store) - before,
                [
                    .tight("bytes hashed", Self.gib),
                    .tight("bytes appended", Self.gib * 1.001),
                    .tight("bytes read", 0),
                    .tight("pack syncs", Self.blocksPerGiB),
                    .tight("index commits", Self.blocksPerGiB),
                    .tight("SQL statements", Self.blocksPerGiB * 13),
                    .tight("row commits", Self.blocksPerGiB),
                ],
                data: Self.data
            )
        }
    }

    /// The copy reports nothing on its way, and nothing else looks for work in its Region: both happen as often as time passes.
    @Test func copy() async throws {
        try await World.run { world in
            var pushed: ImageID?
            try await world.reconciling { pushed = try await world.register("costs", over: [try await self.pushed(in: world)]) }
            let image = try #require(pushed)
            let (source, target) = (world.store(World.home), world.store(World.away))
            let before = (source: Cost(source), target: Cost(target))
            let copies = CopyReconciler(
                store: target,
                deployment: world.deployment,
                engine: CopyEngine(reportInterval: Self.never),
                interval: Self.never
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await copies.run() }
                let copied = try await world.images(World.away).copy(.of(image, name: "costs"))
                // Watched through a database of its own, so that looking is not counted.
                let watch = try world.folder.openRows(of: World.away)
                try await until("the copy is available") {
                    try await watch.read { try ImageTable($0).image(copied)?.state } == .available
                }
                group.cancelAll()
                try await group.waitForAll()
            }
            // Reading is the source's, the rest the destination's.
            var cost = Cost(target) - before.target
            cost.bytesRead += (Cost(source) - before.source).bytesRead
            Threshold.check(
                cost,
                [
                    .tight("bytes hashed", 75_000),
                    .tight("bytes appended", Self.gib * 1.001),
                    .tight("bytes read", Self.gib * 1.001),
                    .loose("pack syncs", 160),
                    .loose("index commits", 160),
                    .loose("SQL statements", Self.blocksPerGiB * 4),
                    .loose("row commits", 160),
                ],
                data: Self.data
            )
        }
    }

    @Test func pull() async throws {
        try await World.run { world in
            var made: SnapshotID?
            // They are stopped before anything is counted: they look for work as often as time passes.
            try await world.reconciling { made = try await pushed(in: world) }
            let id = try #require(made)
            let store = world.store(World.home)
            let before = Cost(store)
            let reads = world.reads(World.home)
            let request = BlockPageRequest(maxResults: nil, nextToken: nil, startingBlockIndex: nil)
            for block in try await reads.list(id.rawValue, page: request).blocks {
                _ = try await reads.get(id.rawValue, blockIndex: block.index, token: block.token)
            }
            Threshold.check(
                Cost(store) - before,
                [
                    .tight("bytes hashed", 0),
                    .tight("bytes appended", 0),
                    .tight("bytes read", Self.gib * 1.001),
                    .tight("pack syncs", 0),
                    .tight("index commits", 0),
                    .tight("SQL statements", Self.blocksPerGiB * 3.2),
                    .tight("row commits", 0),
                ],
                data: Self.data
            )
        }
    }
}
