import Blocks
import NIOCore
import TestSupport
import Testing

/// The rule of all maintenance: what could be read before can be read after, whatever is damaged.
struct DamageTests {
    @Test(arguments: seeds(60)) func whatCouldBeReadBeforeCanBeReadAfter(seed: UInt64) async throws {
        try await StoreFixture.run(packBytes: 8_192 + 2_500) { fixture in
            try await StoreFixture.run { twin in
                var trial = try await Trial(fixture: fixture, twin: twin, seed: seed)
                trial.damage()
                var done: [Command] = []
                for _ in 0..<4 {
                    let command = trial.pick(Command.allCases)
                    done.append(command)
                    try await trial.run(command)
                    try await trial.expectReadable(after: done)
                }
                try await trial.expectHealing(after: done)
            }
        }
    }

    enum Command: CaseIterable { case start, scrub, repair, rebuild, rebuildOverGarbage, collect }
}

/// A store with trees that are alive and one that is not, damaged in known places.
private struct Trial {
    let fixture: StoreFixture
    let twin: StoreFixture
    private var generator: SeededGenerator
    private var trees: [StoredTree] = []
    private let numbers: [[[UInt64]]]
    private let olderIndex: MemoryFrameIndex.Backup
    /// Where the frames of the live trees stood when damage was done.
    private let places: [Digest: FrameLocation]
    private var lost: Set<Digest> = []
    private var flippedHeaders: [String: Set<Int>] = [:]

    init(fixture: StoreFixture, twin: StoreFixture, seed: UInt64) async throws {
        self.fixture = fixture
        self.twin = twin
        generator = SeededGenerator(seed: seed)
        var store = try await fixture.open()
        let dead = try await StoredTree.write([[101, 102, 103, 104, 105], [106, 107, 108]], to: store)
        numbers = [[[1, 2, 3], [4, 5]], [[1, 2, 3], [6]], [[7, 8, 9, 10, 11, 12], [4, 13], [14]]]
        trees.append(try await StoredTree.write(numbers[0], to: store))
        olderIndex = fixture.index.backup()
        // Some frames have moved, some packs are gone, and others have holes.
        if generator.oneIn(2) { fixture.disk.setCapacity(100_000_000) }
        try await fixture.collect(store, keeping: [trees[0].root])
        fixture.disk.setCapacity(nil)
        for number in numbers.indices.dropFirst() {
            if generator.oneIn(2) { store = try await fixture.open() }
            trees.append(try await StoredTree.write(numbers[number], to: store))
        }
        try await store.close()
        _ = dead
        // Another Region has some of it whole.
        let other = try await twin.open()
        _ = try await StoredTree.write(numbers[0], to: other)
        try await other.close()
        let live = trees.reduce(into: Set<Digest>()) { $0.formUnion($1.addresses) }
        places = fixture.index.all.filter { live.contains($0.key) }
    }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &generator)] }

    /// Does damage, and works out from where frames stood which of them are lost by it.
    mutating func damage() {
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            guard let name = fixture.disk.names.isEmpty ? nil : pick(fixture.disk.names) else { return }
            let size = fixture.disk.contents(name).count
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<5:
                let frames = places.filter { $0.value.pack.fileName == name && Int($0.value.offset + $0.value.frameLength) <= size }
                guard let (address, place) = frames.sorted(by: { $0.key < $1.key }).randomElement(using: &generator) else { continue }
                let offset = Int(place.offset) + Int.random(in: 0..<Int(place.frameLength), using: &generator)
                fixture.disk.flip(name, at: offset, mask: 1 << UInt8.random(in: 0..<8, using: &generator))
                lost.insert(address)
            case 5: flipHeaders(of: name, size, [pick([0, 4096])])
            case 6: flipHeaders(of: name, size, [0, 4096])
            case 7:
                let length = Int.random(in: 0..<size, using: &generator)
                fixture.disk.truncate(name, to: length)
                lose { $0.pack.fileName == name && Int($0.offset + $0.frameLength) > length }
            case 8:
                fixture.disk.delete(name)
                lose { $0.pack.fileName == name }
            default: fixture.index.restore(olderIndex)
            }
        }
    }

    private mutating func flipHeaders(of name: String, _ size: Int, _ copies: [Int]) {
        for copy in copies where copy + 76 <= size {
            fixture.disk.flip(name, at: copy + Int.random(in: 0..<76, using: &generator))
            flippedHeaders[name, default: []].insert(copy)
        }
        if flippedHeaders[name]?.count == 2 { lose { $0.pack.fileName == name } }
    }

    private mutating func lose(_ isLost: (FrameLocation) -> Bool) { lost.formUnion(places.filter { isLost($0.value) }.keys) }

    func run(_ command: DamageTests.Command) async throws {
        let source = Repair.Source(storage: twin.disk, index: twin.index)
        switch command {
        case .start: _ = try await fixture.open()
        case .scrub: _ = try await fixture.scrub()
        case .repair:
            let damages = try await fixture.scrub().damages
            let missing = try await missing(damages)
            let repair = Repair(storage: fixture.disk, index: fixture.index, pool: fixture.pool, sources: [source])
            _ = try await repair.run(damages, missing: missing)
        case .rebuild: try await rebuild(replacing: true)
        case .rebuildOverGarbage: try await rebuild(replacing: false)
        case .collect:
            let store = try await fixture.open()
            do {
                try await fixture.collect(store, keeping: trees.map(\.root))
            } catch let error as StoreError where error.isLostContent {
                // A map that cannot be read stops the round.
            }
        }
    }

    private func missing(_ damages: [ScrubReport.Damage]) async throws -> Set<Digest> {
        let damaged = Set(damages.compactMap(\.address))
        let walk = MapWalk(storage: fixture.disk, index: fixture.index, pool: fixture.pool, damaged: damaged)
        return Set(try await walk.run(trees.map { .init(digest: $0.root, name: "") }).filter(\.isMissing).map(\.address))
    }

    private func rebuild(replacing: Bool) async throws {
        let old = MemoryFrameIndex()
        if replacing { old.restore(fixture.index.backup()) }
        _ = try await RebuildIndex(
            storage: fixture.disk,
            index: fixture.index,
            replacing: replacing ? old : nil,
            pool: fixture.pool
        ).run()
    }

    /// Every frame of a live tree that no damage has touched, by a server that starts now.
    func expectReadable(after done: [DamageTests.Command]) async throws {
        let store = try await fixture.open()
        for address in places.keys where !lost.contains(address) {
            let read = await Result.of { try await store.read(address) }
            guard case .success(let bytes) = read, TestBlock.digest(bytes) == address else {
                Issue.record("\(places[address].map { "\($0)" } ?? "") cannot be read after \(done): \(read)")
                continue
            }
        }
        // And nobody relies on what is not there.
        let sound = try await store.contains(Array(places.keys))
        for tree in trees {
            for page in tree.pages where sound.contains(page.digest) {
                #expect(fixture.indexed.isSuperset(of: page.allDigests), "a page without its blocks after \(done)")
            }
        }
    }

    /// The same content comes again, and all is whole.
    mutating func expectHealing(after done: [DamageTests.Command]) async throws {
        let damages = try await fixture.scrub().damages
        _ = try await Repair(storage: fixture.disk, index: fixture.index, pool: fixture.pool, sources: []).run(damages)
        let store = try await fixture.open()
        for number in numbers.indices {
            let again = try await StoredTree.write(numbers[number], to: store)
            #expect(again.root == trees[number].root)
            try await again.expectWhole(in: store)
        }
        try await fixture.collect(store, keeping: trees.map(\.root))
        for tree in trees { try await tree.expectWhole(in: store) }
        try await store.close()
        let damaged = try await fixture.scrub().damages.filter { $0.address != nil }
        #expect(damaged.isEmpty, "\(done)")
    }
}
