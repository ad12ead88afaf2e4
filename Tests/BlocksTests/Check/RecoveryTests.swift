import Blocks
import Glibc
import NIOCore
import TestSupport
import Testing

struct RecoveryTests {
    @Test func whatAKillLeftIsIndexed() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let writer = store.writer()
            let first = try await writer.putPage(of: [1, 2])
            try await writer.flush()
            let second = try await writer.putPage(of: [3, 4])
            #expect(fixture.index.all.count == 3)
            let reopened = try await fixture.open()
            #expect(reopened.recovery.framesIndexed == 3)
            #expect(reopened.recovery.damaged.isEmpty)
            #expect(try await reopened.contains([first.digest, second.digest] + second.allDigests).count == 4)
            #expect(try await reopened.readPage(second.digest) == second)
            // It is durable: the bytes were synced before the rows.
            var generator = SeededGenerator(seed: 3)
            fixture.disk.powerCut(using: &generator)
            #expect(try await fixture.open().read(second.allDigests[0]) == TestBlock.compressible(3))
            #expect(try await fixture.open().recovery.packs == 0, "what was looked at once is not looked at again")
        }
    }

    /// A pack whose making was cut off anywhere holds nothing, and is no damage whatever its header looks like.
    @Test(arguments: seeds(10)) func aPackThatWasBeingMadeIsNoDamage(seed: UInt64) async throws {
        try await StoreFixture.run { fixture in
            var generator = SeededGenerator(seed: seed)
            for call in [FaultyDisk.Call.write, .sync, .syncFolder] {
                for number in 1...(call == .write ? 2 : 1) {
                    let store = try await fixture.open()
                    let before = fixture.disk.count(of: call)
                    fixture.disk.setFaults { event in
                        if event.call == .remove { return .error(EIO) }
                        if event.call == call { return event.ordinal - before < number ? .short(4_000) : .error(EIO) }
                        return nil
                    }
                    await expectStoreError(.io) { try await store.writer().put(TestBlock.compressible(seed)) }
                    if generator.oneIn(2) { fixture.disk.kill() } else { fixture.disk.powerCut(using: &generator) }
                    fixture.disk.setFaults(nil)
                    #expect(try await fixture.open().recovery.damaged.isEmpty)
                    #expect(try await fixture.scrub().isClean, "\(call) \(number)")
                }
            }
            let writer = try await fixture.open().writer()
            let digest = try await writer.put(TestBlock.compressible(1))
            try await writer.flush()
            #expect(try await fixture.open().read(digest) == TestBlock.compressible(1))
        }
    }

    @Test func aTornEndIsLeftOut() async throws {
        try await StoreFixture.run { fixture in
            let writer = try await fixture.open().writer()
            var digests: [Digest] = []
            for number in 0..<5 { digests.append(try await writer.put(TestBlock.compressible(UInt64(number)))) }
            let name = fixture.disk.names[0]
            fixture.disk.truncate(name, to: fixture.disk.contents(name).count - 30)
            let reopened = try await fixture.open()
            #expect(try await reopened.contains(digests) == Set(digests.dropLast()))
            #expect(reopened.recovery.damaged.map(\.damage) == [.cutOff])
            #expect(try await fixture.scrub().isClean)
        }
    }

    @Test func aPageWhoseBlockIsLostIsSuspect() async throws {
        try await StoreFixture.run { fixture in
            let writer = try await fixture.open().writer()
            let page = try await writer.putPage(of: [1, 2, 3])
            let root = try BlockMapRoot(volumeBytes: 1 << 30, entries: [.init(page: 0, blockCount: 3, digest: page.digest)])
            try await writer.put(root: root)
            let name = fixture.disk.names[0]
            fixture.disk.flip(name, at: 8_192 + 100)
            let reopened = try await fixture.open()
            #expect(try await reopened.contains(page.allDigests) == Set(page.allDigests.dropFirst()))
            #expect(try await reopened.contains([page.digest, root.digest]).isEmpty)
            #expect(Set(reopened.recovery.incomplete.map(\.frame.address)) == [page.digest, root.digest])
            // What is left can be read.
            #expect(try await reopened.readRoot(root.digest) == root)
            #expect(try await reopened.readPage(page.digest) == page)
            #expect(try await reopened.read(page.allDigests[1]) == TestBlock.compressible(2))
            // Putting the content again mends it.
            let again = reopened.writer()
            #expect(try await again.putPage(of: [1, 2, 3]) == page)
            try await again.put(root: root)
            try await again.flush()
            #expect(reopened.statistics.counts.framesAppended == 3)
            #expect(try await reopened.contains(page.allDigests + [page.digest, root.digest]).count == 5)
        }
    }

    @Test func anEmptyIndexIsFilled() async throws {
        try await StoreFixture.run(packBytes: 10_000) { fixture in
            let store = try await fixture.open()
            let writer = store.writer()
            let page = try await writer.putPage(of: Array(0..<20))
            try await writer.flush()
            let original = fixture.index.all
            try fixture.index.removeAll()
            let reopened = try await fixture.open()
            #expect(fixture.index.all == original)
            #expect(reopened.recovery.framesIndexed == 21)
            #expect(try await reopened.readPage(page.digest) == page)
        }
    }

    @Test(arguments: seeds(10)) func aRebuiltIndexEqualsTheOriginal(seed: UInt64) async throws {
        try await StoreFixture.run(packBytes: 20_000) { fixture in
            var generator = SeededGenerator(seed: seed)
            for _ in 0..<3 {
                let writer = try await fixture.open().writer()
                for _ in 0..<5 {
                    let numbers = (0..<Int.random(in: 1...15, using: &generator)).map { _ in UInt64.random(in: 0..<60, using: &generator) }
                    _ = try await writer.putPage(of: numbers)
                }
                try await writer.flush()
            }
            let original = fixture.index.all
            let lengths = try fixture.index.indexedLengths()
            let report = try await RebuildIndex(storage: fixture.disk, index: fixture.index, pool: fixture.pool).run()
            #expect(fixture.index.all == original)
            #expect(report.framesIndexed == original.count)
            #expect(report.damaged.isEmpty && report.incomplete.isEmpty && report.gapBytes == 0)
            #expect(try Set(fixture.index.indexedLengths().keys) == Set(lengths.keys))
            #expect(try await fixture.open().recovery.packs == 0)
        }
    }

    @Test(arguments: seeds(20)) func aRebuildStepsOverDamageAnywhere(seed: UInt64) async throws {
        try await StoreFixture.run { fixture in
            var generator = SeededGenerator(seed: seed)
            let writer = try await fixture.open().writer()
            for number in 0..<20 { try await writer.put(TestBlock.compressible(UInt64(number))) }
            try await writer.flush()
            let original = fixture.index.all
            let name = fixture.disk.names[0]
            let hit = try #require(original.min { $0.key < $1.key && generator.oneIn(2) || $1.key < $0.key && generator.oneIn(2) })
            let length = FrameHeader.bytes + Int(hit.value.storedLength)
            fixture.disk.flip(name, at: Int(hit.value.offset) + Int.random(in: 0..<length, using: &generator), mask: 0x40)
            let report = try await RebuildIndex(storage: fixture.disk, index: fixture.index, pool: fixture.pool).run()
            // A frame whose header is whole keeps its place, suspect.
            let isPayload = !report.unreadable.isEmpty
            #expect(fixture.index.all == original.filter { isPayload || $0.key != hit.key })
            #expect(report.unreadable == (isPayload ? [hit.key] : []))
            #expect(try fixture.index.suspects(among: nil) == report.unreadable)
            #expect(report.damaged.count == 1)
            #expect(report.damaged.first?.bytes.lowerBound == hit.value.offset)
        }
    }

    @Test func aSectorThatCannotBeReadCostsOnlyItsFrames() async throws {
        try await StoreFixture.run { fixture in
            let writer = try await fixture.open().writer()
            var digests: [Digest] = []
            for number in 0..<60 { digests.append(try await writer.put(TestBlock.compressible(UInt64(number)))) }
            try await writer.flush()
            let original = fixture.index.all
            // The third 4 KiB behind the header.
            let bad = UInt64(8_192 + 2 * 4_096)..<UInt64(8_192 + 3 * 4_096)
            fixture.disk.setFaults { event in
                event.call == .read && event.offset < bad.upperBound && event.offset + UInt64(event.count) > bad.lowerBound
                    ? .error(5) : nil
            }
            let report = try await RebuildIndex(storage: fixture.disk, index: fixture.index, pool: fixture.pool).run()
            func isReadable(_ length: UInt64, _ location: FrameLocation) -> Bool {
                location.offset + length <= bad.lowerBound || location.offset >= bad.upperBound
            }
            let whole = original.filter { isReadable(UInt64(FrameHeader.bytes) + UInt64($0.value.storedLength), $0.value) }
            // One whose header can be read keeps its place.
            let named = original.filter { isReadable(UInt64(FrameHeader.bytes), $0.value) }
            #expect(fixture.index.all == named)
            #expect(report.unreadable == Set(named.keys).subtracting(whole.keys))
            #expect(whole.count < 60 && whole.count > 30)
            #expect(report.damaged.contains { $0.damage == .unreadable(errno: 5) })
        }
    }

    @Test func aRebuildThatWasCutOffIsFinishedByTheNextOpening() async throws {
        try await StoreFixture.run(packBytes: 10_000) { fixture in
            let writer = try await fixture.open().writer()
            _ = try await writer.putPage(of: Array(0..<30))
            try await writer.flush()
            let original = fixture.index.all
            for failing in 1...40 {
                try fixture.index.removeAll()
                let start = FailAfter(failing)
                fixture.index.failCommits { _ in start.next() }
                let result = await Result.of {
                    try await RebuildIndex(storage: fixture.disk, index: fixture.index, pool: fixture.pool).run()
                }
                fixture.index.failCommits(nil)
                if case .success = result { break }
                _ = try await fixture.open()
                #expect(fixture.index.all == original, "cut off at commit \(failing)")
            }
            #expect(fixture.index.all == original)
        }
    }
}
