import Blocks
import NIOCore
import TestSupport
import Testing

/// What cannot be read for a while is not lost: an index that is made anew meanwhile, and collections, keep it.
struct UnreadableFrameTests {
    /// Two trees in one pack, of which one is to be deleted, and a block of the other.
    private struct Sample {
        let kept: StoredTree
        let block: Digest
        let name: String
        let place: FrameLocation
        /// In the payload.
        var middle: Int { Int(place.offset) + FrameHeader.bytes + 5 }
        var header: Int { Int(place.offset) + 50 }
    }

    private func withSample(reserved: UInt64 = 0, _ body: (StoreFixture, Sample) async throws -> Void) async throws {
        let pool = DiskPool(threads: 2)
        let options = BlockStoreOptions(reservedBytes: reserved)
        let fixture = StoreFixture(disk: FaultyDisk(), index: MemoryFrameIndex(), pool: pool, options: options)
        do {
            let store = try await fixture.open()
            _ = try await StoredTree.write([Array(100..<220)], to: store)
            let kept = try await StoredTree.write([[1, 2, 3]], to: store)
            _ = try await StoredTree.write([Array(220..<340)], to: store)
            try await store.close()
            let block = kept.pages[0].allDigests[1]
            let place = try #require(fixture.index.all[block])
            try await body(fixture, Sample(kept: kept, block: block, name: place.pack.fileName, place: place))
        } catch {
            try await pool.shutdown()
            throw error
        }
        try await pool.shutdown()
    }

    private func rebuild(_ fixture: StoreFixture, replacing: Bool) async throws -> RecoveryReport {
        let old = MemoryFrameIndex()
        old.restore(fixture.index.backup())
        return try await RebuildIndex(
            storage: fixture.disk,
            index: fixture.index,
            replacing: replacing ? old : nil,
            pool: fixture.pool
        ).run()
    }

    @Test(arguments: [false, true]) func aFrameThatIsDamagedKeepsItsPlace(isPreviousReadable: Bool) async throws {
        try await withSample { fixture, sample in
            fixture.disk.flip(sample.name, at: sample.middle)
            let report = try await rebuild(fixture, replacing: isPreviousReadable)
            #expect(report.unreadable == [sample.block])
            #expect(fixture.index.all[sample.block] == sample.place)
            var store = try await fixture.open()
            #expect(try await store.contains([sample.block, sample.kept.pages[0].digest, sample.kept.root]).isEmpty)
            let collected = try await fixture.collect(store, keeping: [sample.kept.root])
            #expect(collected.framesUnreadable == 1 && collected.packsRemoved == 0 && collected.framesMissing == 0)
            // The fault has passed: it reads, in this process and in the next one.
            fixture.disk.flip(sample.name, at: sample.middle)
            for _ in 0..<2 {
                try await sample.kept.expectWhole(in: store)
                try await fixture.collect(store, keeping: [sample.kept.root])
                store = try await fixture.open()
            }
            _ = try await Repair(storage: fixture.disk, index: fixture.index, pool: fixture.pool, sources: []).run([])
            #expect(try await fixture.open().contains(Array(sample.kept.addresses)) == sample.kept.addresses)
        }
    }

    /// Whichever pack is scanned first.
    @Test(arguments: seeds(6)) func aWholeFrameWins(seed: UInt64) async throws {
        try await withSample { fixture, sample in
            fixture.disk.flip(sample.name, at: sample.middle)
            _ = try await rebuild(fixture, replacing: seed % 2 == 0)
            let store = try await fixture.open()
            _ = try await StoredTree.write([[1, 2, 3]], to: store)
            try await store.close()
            #expect(fixture.index.all[sample.block]?.pack != sample.place.pack, "it is stored anew")
            let moved = fixture.index.all
            for isReplacing in [false, true] {
                let report = try await rebuild(fixture, replacing: isReplacing)
                #expect(report.unreadable.isEmpty)
                #expect(report.damaged.count == 1)
                #expect(fixture.index.all[sample.block] == moved[sample.block])
                #expect(try fixture.index.suspects(among: nil).isEmpty)
            }
            try await sample.kept.expectWhole(in: try await fixture.open())
        }
    }

    enum Loss: CaseIterable { case header, packHeaders, cut }

    /// Where no header tells what stands in a pack, the replaced index does.
    @Test(arguments: Loss.allCases) func whatTheReplacedIndexNamesKeepsItsPlace(loss: Loss) async throws {
        try await withSample { fixture, sample in
            let whole = fixture.disk.contents(sample.name)
            let all = fixture.index.all
            func toggle() {
                switch loss {
                case .header: fixture.disk.flip(sample.name, at: sample.header)
                case .packHeaders: for copy in [0, 4096] { fixture.disk.flip(sample.name, at: copy + 20) }
                case .cut: break
                }
            }
            toggle()
            if loss == .cut { fixture.disk.truncate(sample.name, to: Int(sample.place.offset) + 30) }
            for _ in 0..<2 { #expect(try await rebuild(fixture, replacing: true).unreadable.contains(sample.block)) }
            #expect(fixture.index.all == all)
            var store = try await fixture.open()
            do {
                try await fixture.collect(store, keeping: [sample.kept.root])
            } catch let error as StoreError where error.isLostContent {
                // Maps that cannot be read stop the round.
            }
            toggle()
            if loss == .cut { try fixture.write(whole, to: sample.name) }
            store = try await fixture.open()
            try await sample.kept.expectWhole(in: store)
            guard loss == .packHeaders else { return }
            // A pack that is scanned again is trusted again.
            #expect(try await store.contains(Array(sample.kept.addresses)) == sample.kept.addresses)
        }
    }

    /// The index and the header that would make it anew are both lost: nobody knows where the frame is, only that it is missed.
    @Test(arguments: [false, true]) func aPackWhereAMissingFrameMayStandIsKept(isShortOfSpace: Bool) async throws {
        try await withSample(reserved: isShortOfSpace ? 4 << 20 : 0) { fixture, sample in
            if isShortOfSpace { fixture.disk.setCapacity(8 << 20) }
            fixture.disk.flip(sample.name, at: sample.header)
            #expect(try await rebuild(fixture, replacing: false).unreadable.isEmpty)
            let before = fixture.disk.contents(sample.name)
            var store = try await fixture.open()
            var report = try await fixture.collect(store, keeping: [sample.kept.root])
            #expect(report.framesMissing == 1)
            #expect(report.packsKept.map(\.pack) == [sample.place.pack])
            #expect(report.packsKept.first?.bytes.lowerBound == sample.place.offset)
            #expect(report.packsPunched == 0 && fixture.disk.contents(sample.name) == before)
            // It was put back, and nobody has looked since: the pack is kept for that, too.
            fixture.disk.flip(sample.name, at: sample.header)
            report = try await fixture.collect(store, keeping: [sample.kept.root])
            #expect(report.packsKept.first?.cause.contains("\(sample.block)") == true)
            try await store.close()
            _ = try await rebuild(fixture, replacing: true)
            store = try await fixture.open()
            try await sample.kept.expectWhole(in: store)
            report = try await fixture.collect(store, keeping: [sample.kept.root])
            #expect(report.framesMissing == 0 && report.packsKept.isEmpty && report.bytesGivenBack > 0)
            try await sample.kept.expectWhole(in: store)
        }
    }

    /// Nothing is kept for nobody.
    @Test func aPackWithDamageGoesWhenNothingIsMissed() async throws {
        try await withSample { fixture, sample in
            fixture.disk.flip(sample.name, at: sample.header)
            _ = try await rebuild(fixture, replacing: false)
            let report = try await fixture.collect(try await fixture.open())
            #expect(report.packsKept.isEmpty && report.packsRemoved == 1)
            #expect(fixture.disk.names.isEmpty)
        }
    }
}

extension StoreFixture {
    /// Puts a file back, as from a backup.
    fileprivate func write(_ bytes: [UInt8], to name: String) throws {
        disk.delete(name)
        let file = try disk.create(name)
        var done = 0
        while done < bytes.count {
            done += try bytes[done...].withUnsafeBytes { try file.write($0, at: UInt64(done)) }
        }
        try file.sync()
        try disk.syncFolder()
    }
}
