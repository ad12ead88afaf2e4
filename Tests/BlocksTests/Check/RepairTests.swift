import Blocks
import Glibc
import NIOCore
import TestSupport
import Testing

/// Damage that is mended from another store, or when the content comes again.
struct RepairTests {
    /// Two stores with the same tree of two pages and a root.
    private struct Twins {
        let here: StoreFixture
        let there: StoreFixture
        let root: BlockMapRoot
        let pages: [BlockMapPage]

        var source: Repair.Source { Repair.Source(storage: there.disk, index: there.index) }

        func repair(from sources: [Repair.Source], packBytes: UInt64 = 1 << 20) async throws -> RepairReport {
            try await Repair(storage: here.disk, index: here.index, pool: here.pool, sources: sources, packBytes: packBytes)
                .run(try await here.scrub().damages)
        }

        func flip(_ address: Digest, in fixture: StoreFixture, at place: Int = 90) throws {
            let location = try #require(fixture.index.all[address])
            fixture.disk.flip(location.pack.fileName, at: Int(location.offset) + place)
        }

        /// Reads the whole tree in a new process.
        func expectWhole() async throws {
            let store = try await here.open()
            #expect(try await store.readRoot(root.digest) == root)
            for page in pages { #expect(try await store.readPage(page.digest) == page) }
            for (number, digest) in pages.flatMap(\.allDigests).enumerated() {
                #expect(try await store.read(digest) == TestBlock.compressible(UInt64(number)))
            }
            #expect(try await here.scrub().isClean)
            #expect(try here.index.suspects(among: nil).isEmpty)
        }
    }

    private static func write(to fixture: StoreFixture) async throws -> (BlockMapRoot, [BlockMapPage]) {
        let writer = try await fixture.open().writer()
        let pages = [try await writer.putPage(of: [0, 1, 2]), try await writer.putPage(of: [3, 4, 5, 6])]
        let entries = pages.enumerated().map {
            BlockMapRoot.Entry(page: UInt32($0.offset), blockCount: UInt16($0.element.count), digest: $0.element.digest)
        }
        let root = try BlockMapRoot(volumeBytes: 1 << 30, entries: entries)
        try await writer.put(root: root)
        try await writer.flush()
        return (root, pages)
    }

    private func withTwins(_ body: (Twins) async throws -> Void) async throws {
        try await StoreFixture.run { here in
            try await StoreFixture.run { there in
                let (root, pages) = try await Self.write(to: here)
                _ = try await Self.write(to: there)
                try await body(Twins(here: here, there: there, root: root, pages: pages))
            }
        }
    }

    @Test(arguments: [1 << 20, 9_000]) func everyFrameIsMendedFromAnotherStore(packBytes: UInt64) async throws {
        try await withTwins { twins in
            let all = twins.here.index.all.keys.sorted()
            #expect(all.count == 10)
            for (number, address) in all.enumerated() { try twins.flip(address, in: twins.here, at: number % 2 == 0 ? 20 : 90) }
            let report = try await twins.repair(from: [twins.source], packBytes: packBytes)
            #expect(report.mended.count == 10)
            #expect(report.lost.isEmpty)
            var generator = SeededGenerator(seed: 1)
            twins.here.disk.powerCut(using: &generator)
            try await twins.expectWhole()
            #expect(twins.there.disk.count(of: .create) == 1, "the other store is only read")
        }
    }

    /// What the other store has is proven, not believed.
    @Test func aDamagedTwinIsNoHelp() async throws {
        try await withTwins { twins in
            let block = twins.pages[1].allDigests[2]
            try twins.flip(block, in: twins.here)
            try twins.flip(block, in: twins.there)
            let report = try await twins.repair(from: [twins.source, Repair.Source(storage: FaultyDisk(), index: MemoryFrameIndex())])
            #expect(report.mended.isEmpty)
            #expect(report.lost.map(\.address) == [block])
            // What is above it is to be stored again; what is not stays as it is.
            #expect(try twins.here.index.suspects(among: nil) == [block, twins.pages[1].digest, twins.root.digest])
            let store = try await twins.here.open()
            #expect(try await store.contains([block, twins.root.digest] + twins.pages.map(\.digest)) == [twins.pages[0].digest])
            // It can be read as far as it is whole.
            #expect(try await store.readRoot(twins.root.digest) == twins.root)
            #expect(try await store.read(twins.pages[1].allDigests[0]) == TestBlock.compressible(3))
            await expectStoreError(.damaged) { _ = try await store.read(block) }

            // The same content comes again, as a push brings it, and only what is needed is written.
            let (root, _) = try await Self.write(to: twins.here)
            #expect(root == twins.root)
            try await twins.expectWhole()
            // With a third that has it whole, the twin is mended too.
            let twin = Repair(
                storage: twins.there.disk,
                index: twins.there.index,
                pool: twins.there.pool,
                sources: [Repair.Source(storage: twins.here.disk, index: twins.here.index)]
            )
            #expect(try await twin.run(try await twins.there.scrub().damages).mended.count == 1)
            #expect(try await twins.there.scrub().isClean)
        }
    }

    @Test func whatIsWrittenAgainIsWhatWasDamaged() async throws {
        try await withTwins { twins in
            let block = twins.pages[0].allDigests[1]
            try twins.flip(block, in: twins.here)
            _ = try await twins.repair(from: [])
            let store = try await twins.here.open()
            let writer = store.writer()
            // A page cannot lean on a block that is known to be damaged.
            await expectStoreError(.incomplete) { try await writer.put(page: twins.pages[0]) }
            _ = try await writer.putPage(of: [0, 1, 2])
            _ = try await writer.putPage(of: [3, 4, 5, 6])
            try await writer.put(root: twins.root)
            try await writer.flush()
            #expect(store.statistics.counts.framesAppended == 3, "the block, its page and the root")
            try await twins.expectWhole()
        }
    }

    /// A read that meets damage is enough: a put of the same content then stores it anew.
    @Test func aPutMendsWhatAReadFoundDamaged() async throws {
        try await withTwins { twins in
            let block = twins.pages[0].allDigests[1]
            try twins.flip(block, in: twins.here)
            let store = try await twins.here.open()
            let writer = store.writer()
            try await writer.put(TestBlock.compressible(1))
            #expect(store.statistics.counts.framesAppended == 0, "nobody knows yet")
            await expectStoreError(.damaged) { _ = try await store.read(block) }
            try await writer.put(TestBlock.compressible(1))
            #expect(try await store.read(block) == TestBlock.compressible(1))
            try await writer.flush()
            #expect(try await store.read(block) == TestBlock.compressible(1))
            try await twins.expectWhole()
        }
    }

    @Test func oneCopyOfAHeaderMendsTheOther() async throws {
        try await withTwins { twins in
            let name = twins.here.disk.names[0]
            let before = twins.here.disk.contents(name)
            for place in [3, 4096 + 70] {
                twins.here.disk.flip(name, at: place)
                let report = try await twins.repair(from: [])
                #expect(report.mended.map(\.offset) == [place < 4096 ? 0 : 4096])
                #expect(report.lost.isEmpty)
                var generator = SeededGenerator(seed: 2)
                twins.here.disk.powerCut(using: &generator)
                #expect(twins.here.disk.contents(name) == before)
            }
            // With both gone no frame of the pack can be opened here, and each is brought from the other store.
            twins.here.disk.flip(name, at: 40)
            twins.here.disk.flip(name, at: 4096 + 40)
            let report = try await twins.repair(from: [twins.source])
            #expect(report.mended.count == 10)
            #expect(report.lost.allSatisfy { $0.address == nil })
            let store = try await twins.here.open()
            for digest in twins.pages.flatMap(\.allDigests) { _ = try await store.read(digest) }
            #expect(try await store.readRoot(twins.root.digest) == twins.root)
        }
    }

    /// A repair that fails or dies at any write, sync or commit harms nothing and is finished by the next.
    @Test(arguments: [false, true]) func cutOffAnywhere(byPowerCut: Bool) async throws {
        try await withTwins { twins in
            let victims = twins.pages.map(\.allDigests[1]) + [twins.pages[0].digest, twins.root.digest]
            for address in victims { try twins.flip(address, in: twins.here) }
            var failing = 1
            while true {
                let left = FailAfter(failing)
                twins.here.disk.setFaults { event in
                    [.write, .sync, .syncFolder, .create].contains(event.call) && left.next() != nil ? .error(EIO) : nil
                }
                twins.here.index.failCommits { _ in left.next() }
                let result = await Result.of { try await twins.repair(from: [twins.source]) }
                twins.here.disk.setFaults(nil)
                twins.here.index.failCommits(nil)
                if case .success = result { break }
                if byPowerCut {
                    var generator = SeededGenerator(seed: UInt64(failing))
                    twins.here.disk.powerCut(using: &generator)
                }
                // Nothing that was whole is harmed.
                let damaged = try await twins.here.scrub().damagedAddresses
                #expect(damaged.isSubset(of: victims), "cut off at \(failing)")
                let store = try await twins.here.open()
                #expect(try await store.read(twins.pages[1].allDigests[0]) == TestBlock.compressible(3))
                failing += 1
            }
            #expect(failing > 5)
            try await twins.expectWhole()
        }
    }
}
