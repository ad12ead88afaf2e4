import Blocks
import Glibc
import NIOCore
import Synchronization
import TestSupport
import Testing

/// Random histories of puts, pages and flushes on a disk that fails, ended by kills and power cuts, against a model.
struct PowerCutTests {
    @Test(arguments: seeds(40)) func whatWasAcknowledgedIsNeverLost(seed: UInt64) async throws {
        try await StoreFixture.run(packBytes: 8_192 + 2_500) { fixture in
            var history = History(fixture: fixture, seed: seed)
            for _ in 0..<4 { try await history.live() }
            try await history.rebuild()
        }
    }
}

private struct History {
    let fixture: StoreFixture
    var generator: SeededGenerator
    /// What stands under every address that was ever put.
    var contents: [Digest: ByteBuffer] = [:]
    var pages: [Digest: BlockMapPage] = [:]
    /// Acknowledged by a flush.
    var durable: Set<Digest> = []
    /// Put by the writer at hand and not acknowledged.
    var pending: Set<Digest> = []

    init(fixture: StoreFixture, seed: UInt64) {
        self.fixture = fixture
        generator = SeededGenerator(seed: seed)
    }

    /// One process: opens the store, works on it while the disk fails now and then, and ends one way or another.
    mutating func live() async throws {
        injectFaults()
        if generator.oneIn(2) { clearFaults() }
        let store: BlockStore
        do {
            store = try await fixture.open()
        } catch is StoreError {
            clearFaults()
            store = try await fixture.open()
        }
        injectFaults()
        var writer = store.writer()
        pending = []
        for _ in 0..<20 {
            do {
                switch Int.random(in: 0..<10, using: &generator) {
                case 0..<5: try await putBlocks(writer, flushing: false)
                case 5: try await putBlocks(writer, flushing: true)
                case 6..<8: try await putPage(writer)
                default: try await flush(writer)
                }
            } catch let error as StoreError where error.code == .lostWrites {
                pending = []
                writer = store.writer()
            }
        }
        switch Int.random(in: 0..<4, using: &generator) {
        case 0:
            if (try? await store.close()) != nil { durable.formUnion(pending) }
        case 1: break
        default: fixture.disk.powerCut(using: &generator)
        }
        clearFaults()
        try await verify(try await fixture.open())
    }

    private mutating func putBlocks(_ writer: StoreWriter, flushing: Bool) async throws {
        let numbers = (0..<Int.random(in: 1...6, using: &generator)).map { _ in UInt64.random(in: 0..<40, using: &generator) }
        let before = pending
        var isLost = false
        try await withThrowingTaskGroup(of: (Digest?, flushed: Bool, lost: Bool).self) { group in
            for number in numbers {
                group.addTask {
                    do {
                        return (try await writer.put(TestBlock.compressible(number)), false, false)
                    } catch let error as StoreError {
                        #expect([.noSpace, .io, .lostWrites].contains(error.code), "\(error)")
                        return (nil, false, error.code == .lostWrites)
                    }
                }
            }
            if flushing {
                group.addTask {
                    do {
                        try await writer.flush()
                        return (nil, true, false)
                    } catch let error as StoreError {
                        return (nil, false, error.code == .lostWrites)
                    }
                }
            }
            for try await (digest, flushed, lost) in group {
                if let digest { pending.insert(digest) }
                if flushed { durable.formUnion(before) }
                if lost { isLost = true }
            }
        }
        for number in numbers { contents[TestBlock.digest(TestBlock.compressible(number))] = TestBlock.compressible(number) }
        if isLost { throw StoreError(.lostWrites, "") }
    }

    private mutating func putPage(_ writer: StoreWriter) async throws {
        let known = durable.union(pending).filter { pages[$0] == nil }.sorted()
        guard !known.isEmpty else { return }
        let chosen = (0..<Int.random(in: 1...8, using: &generator)).compactMap { _ in known.randomElement(using: &generator) }
        let page = try BlockMapPage(chosen.enumerated().map { (slot: $0.offset * 7, digest: $0.element) })
        pages[page.digest] = page
        contents[page.digest] = ByteBuffer(bytes: page.encoded)
        do {
            pending.insert(try await writer.put(page: page))
        } catch let error as StoreError where error.code == .noSpace || error.code == .io {
        }
    }

    private mutating func flush(_ writer: StoreWriter) async throws {
        try await writer.flush()
        durable.formUnion(pending)
        pending = []
    }

    /// `torn` is what a rebuild found half written and cannot tell from damage.
    private func verify(_ store: BlockStore, torn: Set<Digest> = []) async throws {
        let present = try await store.contains(Array(contents.keys))
        #expect(durable.subtracting(present).isEmpty, "acknowledged and lost")
        for (digest, content) in contents {
            if present.contains(digest) {
                #expect(try await store.read(digest) == content)
            } else {
                // A map over what is lost is still there, and what is there is right.
                let read = await Result.of { try await store.read(digest) }
                switch read {
                case .success(let bytes):
                    #expect(pages[digest] != nil && bytes == content)
                case .failure(let error):
                    #expect((error as? StoreError)?.code == (torn.contains(digest) ? .damaged : .notFound), "\(error)")
                }
            }
        }
        for (digest, page) in pages where present.contains(digest) {
            #expect(present.isSuperset(of: page.allDigests), "a page without its blocks")
        }
        #expect(torn.isDisjoint(with: durable))
        #expect(try await fixture.scrub().damagedAddresses == torn)
    }

    mutating func rebuild() async throws {
        let report = try await RebuildIndex(storage: fixture.disk, index: fixture.index, pool: fixture.pool).run()
        #expect(report.framesIndexed >= durable.count)
        try await verify(try await fixture.open(), torn: report.unreadable)
    }

    private func clearFaults() {
        fixture.disk.setFaults(nil)
        fixture.index.failCommits(nil)
    }

    private mutating func injectFaults() {
        // Pool threads ask in any order, so a history repeats only up to their timing; what must hold does not depend on it.
        let dice = Dice(seed: generator.next())
        fixture.disk.setFaults { event in
            switch event.call {
            case .write:
                if dice.oneIn(40) { return .error(dice.oneIn(2) ? ENOSPC : EIO) }
                return dice.oneIn(10) ? .error(EINTR) : dice.oneIn(5) ? .short(event.count / 2 + 1) : nil
            case .read: return dice.oneIn(10) ? .error(EINTR) : dice.oneIn(5) ? .short(event.count / 2 + 1) : nil
            case .sync: return dice.oneIn(10) ? .error(EIO) : nil
            case .syncFolder: return dice.oneIn(12) ? .error(EIO) : nil
            case .create: return dice.oneIn(20) ? .error(ENOSPC) : nil
            case .open, .list, .remove, .punch: return nil
            }
        }
        fixture.index.failCommits { _ in dice.oneIn(12) ? IOFailure(call: "commit", path: "index", errno: ENOSPC) : nil }
    }
}

/// A generator that many threads ask.
private final class Dice: Sendable {
    private let generator: Mutex<SeededGenerator>

    init(seed: UInt64) { generator = Mutex(SeededGenerator(seed: seed)) }

    func oneIn(_ count: Int) -> Bool { generator.withLock { $0.oneIn(count) } }
}
