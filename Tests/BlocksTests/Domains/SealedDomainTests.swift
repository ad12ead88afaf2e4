import Blocks
import NIOCore
import TestSupport
import Testing

@Suite struct SealedDomainTests {
    private let box = KeyBox()

    private func open(_ fixture: StoreFixture, _ numbers: UInt8...) async throws -> BlockStore {
        let (disk, index, pool, options, domains) = (fixture.disk, fixture.index, fixture.pool, fixture.options, box.domains())
        // As a server does at its start: the keys that can be used come before the store.
        for number in numbers { _ = try? await domains.require(KeyBox.id(number)) }
        return try await pool.run { try BlockStore(storage: disk, index: index, pool: pool, options: options, domains: domains) }
    }

    private func write(_ pages: [[UInt64]], to store: BlockStore, in number: UInt8) async throws -> (StoredTree, SealDomain) {
        let domain = try await store.domain(KeyBox.id(number))
        return (try await store.withWriter(in: domain) { try await StoredTree.write(pages, with: $0) }, domain)
    }

    private func expectWhole(_ tree: StoredTree, in store: BlockStore, _ domain: SealDomain) async throws {
        #expect(try await store.readRoot(domain.address(of: tree.root)).digest == tree.root)
        for page in tree.pages {
            #expect(try await store.readPage(page.digest, in: domain).digest == page.digest)
            for digest in page.allDigests { #expect(TestBlock.digest(try await store.read(digest, in: domain)) == digest) }
        }
    }

    @Test func whatIsSealedIsReadInItsDomainAlone() async throws {
        try await StoreFixture.run { fixture in
            let store = try await open(fixture)
            let (tree, first) = try await write([[1, 2, 3], [2, 4]], to: store, in: 1)
            let (_, second) = try await write([[1, 2, 3], [2, 4]], to: store, in: 2)
            try await expectWhole(tree, in: store, first)
            try await expectWhole(tree, in: store, second)
            let digests = Array(tree.addresses)
            #expect(try await store.contains(digests).isEmpty, "nothing of it stands open")
            #expect(Set(first.addresses(of: digests)).isDisjoint(with: second.addresses(of: digests)))
            #expect(fixture.index.all.count == 2 * digests.count, "equal content is stored once in each domain")
            for digest in digests { await expectStoreError(.notFound) { _ = try await store.read(digest) } }
            #expect(
                try await Scrub(storage: fixture.disk, index: fixture.index, pool: fixture.pool, domains: box.domains()).run().lockedFrames
                    == 2 * digests.count
            )
        }
    }

    /// Neither the plain bytes nor their digests stand in a pack, and equal blocks under two keys do not look equal.
    @Test func thePackTellsNothing() async throws {
        try await StoreFixture.run { fixture in
            let store = try await open(fixture)
            let block = TestBlock.incompressible(7)
            for number in [UInt8(1), 2] {
                let domain = try await store.domain(KeyBox.id(number))
                try await store.withWriter(in: domain) { writer in
                    _ = try await writer.put(block)
                    try await writer.flush()
                }
            }
            let pack = fixture.disk.names.flatMap { fixture.disk.contents($0) }
            let plain = Array(block.readableBytesView)
            #expect(pack.count > 2 * plain.count)
            for place in stride(from: 0, to: plain.count, by: 65_536) {
                #expect(!pack.contains(plain[place..<place + 32]))
            }
            #expect(!pack.contains(TestBlock.digest(block).bytes))
            let frames = Array(fixture.index.all.values).sorted { $0.offset < $1.offset }
            let sealed = frames.map { Array(pack[Int($0.offset) + 80..<Int($0.offset) + 80 + 4096]) }
            #expect(frames.count == 2 && sealed[0] != sealed[1])
        }
    }

    @Test func aKeyThatIsTakenAwayStopsEverythingAtOnceAndOpensItAgain() async throws {
        try await StoreFixture.run { fixture in
            let store = try await open(fixture)
            let (tree, domain) = try await write([[1, 2]], to: store, in: 1)
            try await expectWhole(tree, in: store, domain)
            box.disable(1)
            await #expect(throws: KeyBox.Unusable.self) { try await store.domain(KeyBox.id(1)) }
            // Also whoever holds on to the domain, and what stands in a cache.
            await #expect(throws: KeyBox.Unusable.self) { _ = try await store.read(tree.pages[0].allDigests[0], in: domain) }
            await #expect(throws: KeyBox.Unusable.self) { _ = try await store.readPage(tree.pages[0].digest, in: domain) }
            await expectStoreError(.locked) { _ = try await store.readRoot(domain.address(of: tree.root)) }
            await #expect(throws: KeyBox.Unusable.self) {
                try await store.withWriter(in: domain) { _ = try await $0.put(TestBlock.compressible(9)) }
            }
            box.enable(1)
            try await expectWhole(tree, in: store, try await store.domain(KeyBox.id(1)))
            #expect(try fixture.index.suspects(among: nil).isEmpty, "what is locked is not damaged")
        }
    }

    @Test(arguments: seeds(12)) func aFlippedBitIsNeverReadAsSomethingElse(seed: UInt64) async throws {
        try await StoreFixture.run { fixture in
            let store = try await open(fixture)
            let (tree, domain) = try await write([[seed, seed + 1]], to: store, in: 1)
            var generator = SeededGenerator(seed: seed)
            let digest = tree.pages[0].allDigests[0]
            let frame = try #require(fixture.index.all[domain.address(of: digest)])
            let name = try #require(fixture.disk.names.first)
            let offset = Int(frame.offset) + Int.random(in: 0..<Int(frame.frameLength), using: &generator)
            fixture.disk.flip(name, at: offset, mask: 1 << UInt8.random(in: 0..<8, using: &generator))
            await expectStoreError(.damaged) { _ = try await store.read(digest, in: domain) }
        }
    }

    /// What a crash left behind the indexed end is taken when it can be proven, and is no damage when it cannot.
    @Test func recoveryTakesWhatItCanProve() async throws {
        for isLocked in [false, true] {
            try await StoreFixture.run { fixture in
                let store = try await open(fixture)
                let (kept, domain) = try await write([[1, 2]], to: store, in: 1)
                let late = try await store.withWriter(in: domain) { try await $0.put(TestBlock.compressible(3)) }
                fixture.disk.kill()
                if isLocked { box.disable(1) }
                let again = try await open(fixture, 1)
                #expect(again.recovery.damaged.isEmpty)
                #expect(again.recovery.framesIndexed == (isLocked ? 0 : 1))
                box.enable(1)
                let key = try await again.domain(KeyBox.id(1))
                try await expectWhole(kept, in: again, key)
                #expect(try await again.contains([key.address(of: late)]).count == (isLocked ? 0 : 1))
            }
        }
    }

    /// An index that is made anew knows what was acknowledged, also where the keys are not at hand.
    @Test func anIndexMadeAnewForgetsNothing() async throws {
        for isLocked in [false, true] {
            try await StoreFixture.run { fixture in
                let store = try await open(fixture)
                let (tree, _) = try await write([[1, 2], [3]], to: store, in: 1)
                let before = fixture.index.all
                try await store.close()
                let domains = box.domains()
                if !isLocked { _ = try await domains.require(KeyBox.id(1)) }
                let report = try await RebuildIndex(storage: fixture.disk, index: fixture.index, pool: fixture.pool, domains: domains).run()
                #expect(report.damaged.isEmpty && report.incomplete.isEmpty)
                #expect(fixture.index.all == before)
                let again = try await open(fixture)
                try await expectWhole(tree, in: again, try await again.domain(KeyBox.id(1)))
            }
        }
    }

    /// A collection frees what is dead in a domain; where the key is gone, it frees nothing of it, and the rest all the same.
    @Test func collectionsKeepWhatTheyCannotOpen() async throws {
        try await StoreFixture.run { fixture in
            let store = try await open(fixture)
            let (kept, domain) = try await write([[1, 2]], to: store, in: 1)
            _ = try await write([[3, 4]], to: store, in: 1)
            let open = try await StoredTree.write([[5, 6]], to: store)
            let root = domain.address(of: kept.root)
            box.disable(1)
            _ = try await CollectionRound(store: store).run { try await $0.mark(tree: root, in: KeyBox.id(1)) }
            #expect(fixture.index.all.count == 8, "the open one is gone, and nothing of the locked domain")
            #expect(fixture.indexed.isDisjoint(with: open.addresses))
            box.enable(1)
            _ = try await CollectionRound(store: store).run { try await $0.mark(tree: root, in: KeyBox.id(1)) }
            let again = try await store.domain(KeyBox.id(1))
            #expect(fixture.indexed == Set(again.addresses(of: kept.addresses)))
            try await expectWhole(kept, in: store, again)
            // And with nothing left that is alive.
            _ = try await CollectionRound(store: store).run { _ in }
            #expect(fixture.index.all.isEmpty && fixture.disk.names.isEmpty)
        }
    }
}

extension [UInt8] {
    func contains(_ part: some Collection<UInt8>) -> Bool {
        guard let first = part.first else { return true }
        var place = startIndex
        while let found = self[place...].firstIndex(of: first) {
            if self[found...].starts(with: part) { return true }
            place = found + 1
        }
        return false
    }
}
