import Blocks
import TestSupport
import Testing
import Transfer

/// Two copies at once into a disk that is nearly full: no byte is promised to both.
@Suite(.againstHangs) struct SharedSpaceTests {
    private let engine = CopyEngine(window: 1, reportInterval: .zero)

    private struct FirstFails: Error {}

    /// The first copy stops before one of its blocks until the gate is opened. The second begins when it has come there.
    private struct Scene: Sendable {
        let store: BlockStore
        let roots: [Digest]
        let sources: [ScriptedSource]
        let gate: Gate
        /// The first has come to its block; somebody asked for a page of the second.
        let (isRunning, isLookedAt): (Gate, Gate)
        /// How often pages of the second were asked for.
        let looks: Locked<Int>
        let ledger = SpaceLedger()
    }

    /// `room` makes the bytes that are left of those that each disk takes, root and all.
    private func scene(
        _ disks: [ModelDisk],
        _ pool: DiskPool,
        stoppingAt stop: Int = 1,
        failing: Bool = false,
        room: ([UInt64]) -> UInt64
    ) async throws -> Scene {
        let source = try await Place(pool: pool).open()
        var (roots, needs): ([Digest], [UInt64]) = ([], [])
        for disk in disks {
            let root = try await disk.write(to: source)
            let maps = try await source.readRoot(root).entries.map(\.digest) + [root]
            needs.append(try await source.frameBytes(of: disk.numbers.map(ModelDisk.digest) + maps))
            roots.append(root)
        }
        var place = Place(pool: pool)
        place.options.reservedBytes = 0
        let store = try await place.open()
        // Something is there, so that no new pack has to be begun.
        _ = try await ModelDisk(volumeBlocks: 1, blocks: [0: 999]).write(to: store)
        place.disk.setCapacity(place.disk.usedBytes + Int(room(needs)))
        let (gate, isRunning, isLookedAt, looks) = (Gate(), Gate(), Gate(), Locked(0))
        let first = ScriptedSource.Script(beforeMove: { number in
            guard number == stop else { return }
            isRunning.open()
            await gate.pass()
            if failing { throw FirstFails() }
        })
        let second = ScriptedSource.Script(page: { page in
            looks.change { $0 += 1 }
            isLookedAt.open()
            return page
        })
        let sources = [ScriptedSource(source, first), ScriptedSource(source, second)]
        return Scene(
            store: store,
            roots: roots,
            sources: sources,
            gate: gate,
            isRunning: isRunning,
            isLookedAt: isLookedAt,
            looks: looks
        )
    }

    private func copy(_ number: Int, in scene: Scene) -> Task<Void, any Error> {
        Task {
            _ = try await engine.copy(scene.roots[number], from: scene.sources[number], into: scene.store, space: scene.ledger) { _ in }
        }
    }

    private func disk(_ numbers: Range<UInt64>) -> ModelDisk {
        ModelDisk(volumeBlocks: 1024, blocks: Dictionary(uniqueKeysWithValues: numbers.map { ($0, $0) }))
    }

    @Test func whatTheFirstNeedsIsNotTheSeconds() async throws {
        try await Place.withPool { pool in
            let scene = try await scene([disk(1..<20), disk(21..<40)], pool) { $0[0] + $0[1] / 2 }
            let first = copy(0, in: scene)
            await scene.isRunning.pass()
            let second = copy(1, in: scene)
            await scene.isLookedAt.pass()
            scene.gate.open()
            try await first.value
            await #expect(throws: NoRoomForCopy.self) { try await second.value }
            #expect(scene.sources[1].record.moves == 0)
            #expect(try await scene.store.contains(scene.roots) == [scene.roots[0]])
        }
    }

    @Test func whatTheFirstDidNotTakeIsTheSeconds() async throws {
        try await Place.withPool { pool in
            let scene = try await scene([disk(1..<20), disk(21..<40)], pool, failing: true) { max($0[0], $0[1]) }
            let first = copy(0, in: scene)
            await scene.isRunning.pass()
            let second = copy(1, in: scene)
            await scene.isLookedAt.pass()
            scene.gate.open()
            await #expect(throws: FirstFails.self) { try await first.value }
            try await second.value
        }
    }

    /// Room for both only because most blocks are the same ones.
    @Test func blocksThatBothBringAreNeededOnce() async throws {
        try await Place.withPool { pool in
            let scene = try await scene([disk(1..<40), disk(1..<41)], pool) { $0[0] + 3_000 }
            let first = copy(0, in: scene)
            await scene.isRunning.pass()
            let second = copy(1, in: scene)
            await scene.isLookedAt.pass()
            scene.gate.open()
            try await first.value
            try await second.value
            #expect(try await disk(1..<41).differences(to: scene.roots[1], in: scene.store) == [])
        }
    }

    /// The first was taken on by its plain bytes, without being counted: 19 blocks of 512 KiB, which compress to nearly nothing.
    @Test func aPromiseThatWasTooLargeIsCounted() async throws {
        try await Place.withPool { pool in
            let scene = try await scene([disk(1..<20), disk(21..<40)], pool) { _ in 11 << 20 }
            let first = copy(0, in: scene)
            await scene.isRunning.pass()
            try await copy(1, in: scene).value
            scene.gate.open()
            try await first.value
        }
    }

    /// The second fits beside what is left of the first, and nothing is counted for it.
    @Test func aPromiseShrinksPageByPage() async throws {
        try await Place.withPool { pool in
            var long = ModelDisk(volumeBlocks: 2048, blocks: [:])
            for number in UInt64(0)..<10 { (long.blocks[number], long.blocks[1024 + number]) = (1 + number, 101 + number) }
            let scene = try await scene([long, disk(21..<30)], pool, stoppingAt: 11) { _ in 10_700_000 }
            let first = copy(0, in: scene)
            await scene.isRunning.pass()
            try await copy(1, in: scene).value
            #expect(scene.looks.value == 1, "the page was asked for to be copied")
            scene.gate.open()
            try await first.value
        }
    }

    @Test func aCopyThatWaitsForRoomIsCancelledAtOnce() async throws {
        try await Place.withPool { pool in
            let scene = try await scene([disk(1..<20), disk(21..<40)], pool) { $0[0] + $0[1] / 2 }
            let first = copy(0, in: scene)
            await scene.isRunning.pass()
            let second = copy(1, in: scene)
            await scene.isLookedAt.pass()
            second.cancel()
            await #expect(throws: CancellationError.self) { try await second.value }
            scene.gate.open()
            try await first.value
        }
    }
}
