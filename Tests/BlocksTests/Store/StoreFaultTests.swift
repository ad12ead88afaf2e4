import Blocks
import Glibc
import NIOCore
import TestSupport
import Testing

struct StoreFaultTests {
    @Test func shortAndInterruptedCallsAreMadeAgain() async throws {
        try await StoreFixture.run { fixture in
            fixture.disk.setFaults { event in
                switch event.call {
                case .read, .write, .sync:
                    if event.ordinal % 3 == 0 { return .error(EINTR) }
                    return event.call == .sync ? nil : .short(event.count / 2 + 1)
                default: return nil
                }
            }
            let store = try await fixture.open()
            let writer = store.writer()
            var digests: [Digest] = []
            for number in 0..<5 { digests.append(try await writer.put(TestBlock.incompressible(UInt64(number)))) }
            try await writer.flush()
            let reopened = try await fixture.open()
            for number in 0..<5 { #expect(try await reopened.read(digests[number]) == TestBlock.incompressible(UInt64(number))) }
            #expect(try await fixture.scrub().isClean)
        }
    }

    @Test(arguments: [(ENOSPC, StoreError.Code.noSpace), (EDQUOT, .noSpace), (EIO, .io)])
    func aFailedWriteFailsOnlyItsPut(errno: Int32, code: StoreError.Code) async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let writer = store.writer()
            let first = try await writer.put(TestBlock.incompressible(1))
            // Half of the frame reaches the disk before the error.
            let before = fixture.disk.count(of: .write)
            fixture.disk.setFaults { event in
                guard event.call == .write else { return nil }
                return event.ordinal == before + 1 ? .short(200_000) : .error(errno)
            }
            do {
                try await writer.put(TestBlock.incompressible(2))
                Issue.record("the put did not fail")
            } catch let error as StoreError {
                #expect(error.code == code)
                #expect(error.errno == errno)
                #expect(error.address == TestBlock.digest(TestBlock.incompressible(2)))
                #expect(error.path?.hasSuffix(".pack") == true)
            }
            fixture.disk.setFaults(nil)
            await expectStoreError(.notFound) { _ = try await store.read(TestBlock.digest(TestBlock.incompressible(2))) }
            // The same writer goes on behind the gap, and the failed content can be put again.
            let third = try await writer.put(TestBlock.incompressible(3))
            let second = try await writer.put(TestBlock.incompressible(2))
            try await writer.flush()
            #expect(fixture.disk.names.count == 1)
            for digest in [first, second, third] { _ = try await store.read(digest) }
            #expect(try await fixture.scrub().isClean)
            // A rebuild steps over the gap.
            let before2 = fixture.index.all
            _ = try await RebuildIndex(storage: fixture.disk, index: fixture.index, pool: fixture.pool).run()
            #expect(fixture.index.all == before2)
        }
    }

    @Test func aFullDiskCollectsNoEmptyPacks() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let writer = store.writer()
            fixture.disk.setFaults { $0.call == .write ? .error(ENOSPC) : nil }
            for number in 0..<3 { await expectStoreError(.noSpace) { _ = try await writer.put(TestBlock.compressible(UInt64(number))) } }
            #expect(fixture.disk.names.isEmpty)
            for call in [FaultyDisk.Call.create, .sync, .syncFolder] {
                fixture.disk.setFaults { $0.call == call ? .error(EIO) : nil }
                await expectStoreError(.io) { _ = try await writer.put(TestBlock.compressible(1)) }
            }
            #expect(fixture.disk.names.isEmpty)
            fixture.disk.setFaults(nil)
            try await writer.put(TestBlock.compressible(1))
            try await writer.flush()
        }
    }

    /// What can fail in a flush.
    enum Stage: CaseIterable, Sendable { case sync, index }

    @Test(arguments: Stage.allCases) func aFailedFlushLosesWhatWasNotDurableAndNothingElse(stage: Stage) async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let writer = store.writer()
            let bystander = store.writer()
            let safe = TestBlock.compressible(1)
            try await writer.put(safe)
            try await writer.flush()
            let lost = TestBlock.compressible(2)
            try await writer.put(lost)
            if stage == .sync { fixture.disk.setFaults { $0.call == .sync ? .error(EIO) : nil } }
            if stage == .index { fixture.index.failCommits { _ in IOFailure(call: "commit", path: "index", errno: EIO) } }
            await expectStoreError(.lostWrites) { try await writer.flush() }
            fixture.disk.setFaults(nil)
            fixture.index.failCommits(nil)

            // All writers of the epoch are refused, all calls of them.
            for old in [writer, bystander] {
                await expectStoreError(.lostWrites) { _ = try await old.put(TestBlock.compressible(3)) }
                await expectStoreError(.lostWrites) { try await old.flush() }
            }
            await expectStoreError(.notFound) { _ = try await store.read(TestBlock.digest(lost)) }
            #expect(try await store.read(TestBlock.digest(safe)) == safe)

            // A new writer does the work again, in a new pack.
            let again = store.writer()
            try await again.put(lost)
            try await again.flush()
            #expect(fixture.disk.names.count == 2)
            #expect(store.statistics.counts.epochs == 1)

            var generator = SeededGenerator(seed: 7)
            fixture.disk.powerCut(using: &generator)
            let reopened = try await fixture.open()
            #expect(try await reopened.read(TestBlock.digest(lost)) == lost)
            #expect(try await reopened.read(TestBlock.digest(safe)) == safe)
            #expect(try await fixture.scrub().isClean)
        }
    }

    @Test func afterAFailedSyncMemoryIsNotTakenForTheDisk() async throws {
        // The kernel marks pages clean after a failed sync: they read well until they are evicted. Opening the store again must not index
        // them, whether or not the index could be told at the time.
        for indexFailsToo in [false, true] {
            try await StoreFixture.run { fixture in
                let store = try await fixture.open()
                let writer = store.writer()
                try await writer.put(TestBlock.compressible(1))
                try await writer.flush()
                let digest = try await writer.put(TestBlock.compressible(2))
                fixture.disk.setFaults { $0.call == .sync ? .error(EIO) : nil }
                if indexFailsToo { fixture.index.failCommits { _ in IOFailure(call: "commit", path: "index", errno: EIO) } }
                await expectStoreError(.lostWrites) { try await writer.flush() }
                fixture.disk.setFaults(nil)
                fixture.index.failCommits(nil)
                // The process ends and another opens the same folder: no power cut, so memory still shows the bytes.
                let reopened = try await fixture.open()
                #expect(try await reopened.contains([digest]).isEmpty)
                #expect(try await reopened.read(TestBlock.digest(TestBlock.compressible(1))) == TestBlock.compressible(1))
                #expect(try await fixture.scrub().isClean)
            }
        }
    }

    @Test func aWriteInFlightWhenItsEpochEndsIsLost() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let writer = store.writer()
            try await writer.put(TestBlock.compressible(1))
            let syncing = Gate()
            let writing = Gate()
            fixture.disk.setFaults { event in
                if event.call == .sync {
                    syncing.pass()
                    return .error(EIO)
                }
                if event.call == .write { writing.pass() }
                return nil
            }
            let flush = Task { await expectStoreError(.lostWrites) { try await writer.flush() } }
            await syncing.waitForArrival()
            // Begun behind the cut of the round that is going to fail.
            let put = Task { await expectStoreError(.lostWrites) { _ = try await writer.put(TestBlock.compressible(2)) } }
            await writing.waitForArrival()
            syncing.open()
            await flush.value
            writing.open()
            await put.value
            fixture.disk.setFaults(nil)
            let again = store.writer()
            let digest = try await again.put(TestBlock.compressible(2))
            try await again.flush()
            #expect(try await store.read(digest) == TestBlock.compressible(2))
            #expect(try await fixture.scrub().isClean)
        }
    }

    /// A page that comes too late for its blocks is told that they were lost, which can be done again, and not that it is wrong.
    @Test func aPageWhoseBlocksWereLostMeanwhileIsLostToo() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let writer = store.writer()
            let page = try BlockMapPage([(slot: 3, digest: try await writer.put(TestBlock.compressible(1)))])
            let looking = Gate()
            fixture.index.beforeLocating { if $0 == [page.digest] { looking.pass() } }
            let put = Task { await expectStoreError(.lostWrites) { try await writer.put(page: page) } }
            await looking.waitForArrival()
            fixture.disk.setFaults { $0.call == .sync ? .error(EIO) : nil }
            await expectStoreError(.lostWrites) { try await writer.flush() }
            fixture.disk.setFaults(nil)
            looking.open()
            await put.value
            let again = store.writer()
            #expect(try await again.putPage(of: [1]).count == 1)
            try await again.flush()
        }
    }

    @Test func aFrameThatIsNotWhatWasWrittenIsDamage() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let writer = store.writer()
            let digest = try await writer.put(TestBlock.compressible(1))
            try await writer.flush()
            let location = try #require(fixture.index.all[digest])
            let name = location.pack.fileName
            fixture.disk.flip(name, at: Int(location.offset) + 90)
            do {
                _ = try await store.read(digest)
                Issue.record("damage was read")
            } catch let error as StoreError {
                #expect(error.code == .damaged)
                #expect(error.address == digest)
                #expect(error.pack == location.pack)
                #expect(error.offset == location.offset)
            }
            fixture.disk.flip(name, at: Int(location.offset) + 90)
            #expect(try await store.read(digest) == TestBlock.compressible(1))

            fixture.disk.setFaults { $0.call == .read ? .error(EIO) : nil }
            await expectStoreError(.damaged) { _ = try await store.read(digest) }
            fixture.disk.setFaults(nil)
            fixture.disk.truncate(name, to: Int(location.offset) + 100)
            await expectStoreError(.damaged) { _ = try await store.read(digest) }
            fixture.disk.delete(name)
            let reopened = try await fixture.open()
            await expectStoreError(.missingPack) { _ = try await reopened.read(digest) }
        }
    }

    @Test func oneHeaderCopyIsEnough() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let writer = store.writer()
            let digest = try await writer.put(TestBlock.compressible(1))
            try await writer.flush()
            let name = fixture.disk.names[0]
            for place in [40, 4096 + 40] {
                fixture.disk.flip(name, at: place)
                #expect(try await fixture.open().read(digest) == TestBlock.compressible(1))
                #expect(try await fixture.scrub().damages.map(\.offset) == [UInt64(place - 40)])
                fixture.disk.flip(name, at: place)
            }
            for place in [40, 4096 + 40] { fixture.disk.flip(name, at: place) }
            await expectStoreError(.damaged) { _ = try await fixture.open().read(digest) }
        }
    }
}
