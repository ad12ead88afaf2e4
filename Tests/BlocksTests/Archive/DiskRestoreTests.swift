import Blocks
import NIOCore
import Synchronization
import TestSupport
import Testing

/// What a restore stores, and what keeps it alive.
struct DiskRestoreTests {
    private static let stretch = DiskRestore(window: 2, bytesPerStretch: Int64(3 * BlockSize.bytes))
    /// Twenty blocks over two pages: seven stretches, some of which end inside a page.
    private static let disk = SampleDisk(
        volumeBytes: 1 << 30,
        numbers: Dictionary(uniqueKeysWithValues: (0..<20).map { ($0 * 77, $0 + 1) })
    )

    private func archive() async throws -> [UInt8] {
        var bytes: [UInt8] = []
        try await StoreFixture.run { bytes = try await SampleArchive.bytes([Self.disk], in: try await $0.open()) }
        return bytes
    }

    private func restore(_ bytes: [UInt8], into store: BlockStore, keep: (Digest) async throws -> Void) async throws -> Digest {
        var reader = try await ArchiveReader(Pieces(bytes))
        let disk = try #require(try await reader.nextDisk())
        return try await Self.stretch.run(disk, from: &reader, into: store, keep: keep)
    }

    @Test func whatIsKeptIsAWholeMapOfWhatCame() async throws {
        let bytes = try await archive()
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            var counts: [Int] = []
            let root = try await restore(bytes, into: store) { address in
                let found = try await store.blocks(of: address, limit: .max)
                for block in found { #expect(try await store.read(block.digest) == Self.disk.blocks[block.index]) }
                #expect(fixture.index.all[address] != nil, "durable before it is kept")
                counts.append(found.count)
            }
            #expect(counts == [3, 6, 9, 12, 15, 18, 20])
            try await Self.disk.expect(at: root, in: store)
        }
    }

    /// A collection that begins in the middle of a restore ends there, and takes nothing from it.
    @Test(.againstHangs) func aCollectionWaitsForAStretchAlone() async throws {
        let bytes = try await archive()
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let kept = KeptRoot()
            var collection: Task<CollectionReport, any Error>?
            var calls = 0
            let root = try await restore(bytes, into: store) { address in
                kept.set(address)
                calls += 1
                if calls == 2 {
                    let before = try fixture.index.generation()
                    collection = Task {
                        try await CollectionRound(store: store).run { try await kept.mark($0) }
                    }
                    while try fixture.index.generation() == before { await Task.yield() }
                }
                // It would never end here if it waited for sessions that have begun since.
                if calls == 4 { #expect(try await collection?.value != nil) }
            }
            try await fixture.collect(store, keeping: [root])
            try await Self.disk.expect(at: root, in: store)
            #expect(try await fixture.scrub().isClean)
        }
    }

    @Test func collectionsBesideItTakeNothing() async throws {
        let bytes = try await archive()
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let kept = KeptRoot()
            let hasEnded = Atomic(false)
            let rounds = Task {
                var rounds = 0
                repeat {
                    _ = try await CollectionRound(store: store).run { try await kept.mark($0) }
                    rounds += 1
                } while !hasEnded.load(ordering: .relaxed)
                return rounds
            }
            var root = Digest.zeroBlock
            for _ in 0..<5 { root = try await restore(bytes, into: store) { address in kept.set(address) } }
            hasEnded.store(true, ordering: .relaxed)
            #expect(try await rounds.value > 0)
            try await Self.disk.expect(at: root, in: store)
        }
    }

    @Test func whatWasKeptIsFoundAgainAfterACrash() async throws {
        struct Crash: Error {}
        let bytes = try await archive()
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            var kept: [Digest] = []
            await #expect(throws: Crash.self) {
                _ = try await restore(bytes, into: store) { address in
                    if kept.count == 4 { throw Crash() }
                    kept.append(address)
                }
            }
            let last = try #require(kept.last)
            try await fixture.collect(store, keeping: [last])
            #expect(try await store.blocks(of: last, limit: .max).count == 12)
            let present = store.statistics.counts.framesPresent
            let root = try await restore(bytes, into: store) { _ in }
            #expect(store.statistics.counts.framesPresent - present >= 12)
            try await Self.disk.expect(at: root, in: store)
        }
    }

    @Test func aDiskThatIsNotTheAnnouncedOneIsNotKept() async throws {
        var records = SampleRecord.records(of: try await archive())
        records[records.count - 2].number += 1
        let bytes = SampleRecord.archive(records)
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            var calls = 0
            let error = await #expect(throws: ArchiveError.self) { _ = try await restore(bytes, into: store) { _ in calls += 1 } }
            #expect(error?.code == .mismatch)
            #expect(calls == 6, "all but the last")
            try await fixture.collect(store)
            #expect(fixture.index.all.isEmpty, "nothing holds what came of it")
        }
    }

    @Test func noMoreBlocksAreTakenThanTheWindow() async throws {
        let disk = SampleDisk(volumeBytes: 1 << 30, numbers: Dictionary(uniqueKeysWithValues: (0..<200).map { ($0, $0 + 1) }))
        try await StoreFixture.run { sourceFixture in
            let source = try await sourceFixture.open()
            let root = try await disk.write(to: source)
            try await StoreFixture.run { fixture in
                let store = try await fixture.open()
                let before = source.statistics.counts.framesRead
                let writer = try ArchiveWriter(metadata: ByteBuffer(), disks: [.init(root: root.digest)], of: source, window: 4)
                let counting = CountedPieces(writer) { pieces in
                    // Four before the first block, one a block since.
                    let taken = Int(pieces) - 4
                    #expect(taken - Int(store.statistics.counts.framesAppended) <= 2, "the restore runs ahead of the store")
                    #expect(
                        Int(source.statistics.counts.framesRead - before) <= max(taken, 0) + 2 + 4 + 1,
                        "the writer runs ahead of the reader"
                    )
                }
                let roots = try await SampleArchive.restore(counting, into: store, by: DiskRestore(window: 1))
                try await disk.expect(at: try #require(roots.first), in: store)
            }
        }
    }
}

/// The row that names what was kept last.
private final class KeptRoot: Sendable {
    private let root = Mutex<Digest?>(nil)

    func set(_ address: Digest) { root.withLock { $0 = address } }

    func mark(_ marker: CollectionMarker) async throws {
        if let root = root.withLock({ $0 }) { try await marker.mark(tree: root) }
    }
}

/// Tells how many pieces were asked for, before each.
private struct CountedPieces<Source: ArchiveSource>: ArchiveSource {
    private var source: Source
    private var count: UInt64 = 0
    private let check: (UInt64) -> Void

    init(_ source: Source, check: @escaping (UInt64) -> Void) {
        self.source = source
        self.check = check
    }

    mutating func next() async throws -> ByteBuffer? {
        count += 1
        check(count)
        return try await source.next()
    }
}
