import Blocks
import NIOCore
import TestSupport
import Testing

/// Archives that are wrong are refused, each with its cause.
struct BadArchiveTests {
    private static let disks = [SampleDisk(volumeBytes: 1 << 30, numbers: [0: 1, 1030: 2]), SampleDisk(volumeBytes: 7, numbers: [0: 3])]

    private func withArchive(_ body: (StoreFixture, BlockStore, [UInt8]) async throws -> Void) async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            try await body(fixture, store, try await SampleArchive.bytes(Self.disks, in: store))
        }
    }

    @Test func everyBitThatIsFlippedIsFound() async throws {
        try await withArchive { _, _, bytes in
            #expect(try SampleArchive.parse(bytes) == 7)
            for place in bytes.indices {
                for bit in 0..<8 {
                    var flipped = bytes
                    flipped[place] ^= 1 << UInt8(bit)
                    do {
                        try SampleArchive.parse(flipped)
                        Issue.record("bit \(bit) of byte \(place) was missed")
                    } catch let error as ArchiveError {
                        // Where the record begins, unless a longer one was waited for.
                        if let offset = error.offset { #expect(offset <= UInt64(place), "\(error)") }
                    }
                }
            }
        }
    }

    @Test func everyLengthThatIsTooShortIsFound() async throws {
        try await withArchive { _, store, bytes in
            for length in bytes.indices {
                #expect(throws: ArchiveError.self, "\(length) bytes") { try SampleArchive.parse(Array(bytes.prefix(length))) }
            }
            // Records that are left out at the end are no less missed.
            let error = await #expect(throws: ArchiveError.self) {
                try await SampleArchive.restore(Pieces(bytes.dropLast(28)), into: store)
            }
            #expect(error?.code == .cutOff)
        }
    }

    @Test func whatIsWrongHasItsCause() async throws {
        try await withArchive { _, store, bytes in
            let records = SampleRecord.records(of: bytes)
            try #require(SampleRecord.archive(records) == bytes)
            func code(_ change: (inout [SampleRecord]) -> Void) async -> ArchiveError.Code? {
                var changed = records
                change(&changed)
                return await #expect(throws: ArchiveError.self) {
                    try await SampleArchive.restore(Pieces(SampleRecord.archive(changed)), into: store)
                }?.code
            }
            // 0 metadata, 1 disk, 2 and 3 its blocks, 4 disk, 5 its block, 6 end
            #expect(await code { $0.remove(at: 0) } == .malformed)
            #expect(await code { $0.insert($0[0], at: 1) } == .malformed)
            #expect(await code { $0.insert($0[0], at: 4) } == .malformed)
            #expect(await code { $0.swapAt(2, 3) } == .malformed)
            #expect(await code { $0.swapAt(1, 2) } == .malformed)
            #expect(await code { $0.insert($0[3], at: 4) } == .malformed)
            #expect(await code { $0.remove(at: 3) } == .malformed)
            #expect(await code { $0.removeSubrange(4...5) } == .malformed)
            #expect(await code { $0[4].number = 0 } == .malformed)
            #expect(await code { $0[3].number = 2048 } == .malformed)
            #expect(await code { $0[3].number = .max } == .malformed)
            #expect(await code { $0[6] = SampleRecord.end(disks: 2, blocks: 4) } == .malformed)
            #expect(await code { $0[6] = SampleRecord.end(disks: 3, blocks: 3) } == .malformed)
            #expect(await code { $0.append($0[6]) } == .malformed)
            #expect(await code { $0.removeLast() } == .cutOff)
            #expect(await code { $0[2].zeros = 1 } == .malformed)
            #expect(await code { $0[2].codec = 2 } == .malformed)
            #expect(await code { $0[1].codec = 1 } == .malformed)
            #expect(await code { $0[2].kind = 5 } == .damaged)
            // Whole in itself, and not the disk that was announced.
            #expect(await code { $0[3].number = 1031 } == .mismatch)
            #expect(await code { $0[3].payload = $0[2].payload } == .mismatch)
            #expect(await code { $0[1] = SampleRecord.disk(0, volumeBytes: 2 << 30, blocks: 2, root: .zeroBlock) } == .mismatch)
        }
    }

    @Test func limitsHold() async throws {
        try await withArchive { _, store, bytes in
            let records = SampleRecord.records(of: bytes)
            func code(_ records: [SampleRecord]) async -> ArchiveError.Code? {
                await #expect(throws: ArchiveError.self) {
                    try await SampleArchive.restore(Pieces(SampleRecord.archive(records)), into: store)
                }?.code
            }
            let huge = SampleRecord.disk(0, volumeBytes: 1 << 46 + 1, blocks: 0, root: .zeroBlock)
            #expect(await code([records[0], huge]) == .tooLarge)
            let endless = SampleRecord.disk(0, volumeBytes: .max, blocks: .max, root: .zeroBlock)
            #expect(await code([records[0], endless]) == .tooLarge)
            let crowded = SampleRecord.disk(0, volumeBytes: 1 << 30, blocks: 2049, root: .zeroBlock)
            #expect(await code([records[0], crowded]) == .malformed)
            let empty = try BlockMapRoot(volumeBytes: 1).digest
            let many = (0...128).map { SampleRecord.disk($0, volumeBytes: 1, blocks: 0, root: empty) }
            #expect(await code([records[0]] + many + [SampleRecord.end(disks: 129, blocks: 0)]) == .tooLarge)
            let metadata = SampleRecord(kind: 1, payload: [UInt8](repeating: 0, count: 1 << 20 + 1))
            #expect(await code([metadata]) == .damaged)
            for length in [0, 524_289] {
                #expect(
                    await code([records[0], records[1], SampleRecord(kind: 3, payload: [UInt8](repeating: 1, count: length))]) == .damaged
                )
            }
        }
    }

    @Test func aBlockIsJustABlock() async throws {
        try await withArchive { _, store, bytes in
            let records = SampleRecord.records(of: bytes)
            func code(_ payload: FramePayload) async -> ArchiveError.Code? {
                var changed = records
                changed[2] = SampleRecord.block(0, payload)
                return await #expect(throws: ArchiveError.self) {
                    try await SampleArchive.restore(Pieces(SampleRecord.archive(changed)), into: store)
                }?.code
            }
            func zstd(_ plain: ByteBuffer) -> FramePayload { FramePayload(kind: .block, plain: plain, level: 1) }
            let (half, block) = (ByteBuffer(repeating: 1, count: 262_144), TestBlock.compressible(1))
            // A bomb of a mebibyte, half a block, and two halves.
            #expect(await code(zstd(ByteBuffer(repeating: 1, count: 1 << 20))) == .malformed)
            #expect(await code(zstd(half)) == .malformed)
            var halves = zstd(half).bytes
            halves.writeImmutableBuffer(zstd(half).bytes)
            #expect(await code(FramePayload(kind: .block, codec: .zstd, plainLength: 524_288, bytes: halves)) == .malformed)
            // A frame with something behind it, cut off, raw where it is compressed and the other way round.
            var spare = zstd(block).bytes
            spare.writeInteger(UInt8(0))
            #expect(await code(FramePayload(kind: .block, codec: .zstd, plainLength: 524_288, bytes: spare)) == .malformed)
            let short = try #require(zstd(block).bytes.getSlice(at: 0, length: zstd(block).bytes.readableBytes - 1))
            #expect(await code(FramePayload(kind: .block, codec: .zstd, plainLength: 524_288, bytes: short)) == .malformed)
            #expect(await code(FramePayload(kind: .block, codec: .raw, plainLength: 524_288, bytes: zstd(block).bytes)) == .malformed)
            #expect(await code(FramePayload(kind: .block, codec: .zstd, plainLength: 524_288, bytes: block)) == .malformed)
            #expect(await code(FramePayload(kind: .block, codec: .raw, plainLength: 524_288, bytes: half)) == .malformed)
            // Zeros are never written, and would make another map.
            let zeros = ByteBuffer(repeating: 0, count: BlockSize.bytes)
            #expect(await code(zstd(zeros)) == .malformed)
            #expect(await code(FramePayload(kind: .block, codec: .raw, plainLength: 524_288, bytes: zeros)) == .malformed)
            // The right block not compressed is right.
            var raw = records
            raw[2] = SampleRecord.block(0, FramePayload(kind: .block, codec: .raw, plainLength: 524_288, bytes: block))
            let roots = try await SampleArchive.restore(Pieces(SampleRecord.archive(raw)), into: store)
            for (disk, root) in zip(Self.disks, roots) { try await disk.expect(at: root, in: store) }
        }
    }

    @Test func othersAreToldApart() async throws {
        for bytes in [Array("PK\u{3}\u{4} a file of another kind".utf8), Array("FERRYIN\u{1}".utf8), [0], Array("<html>".utf8)] {
            let error = #expect(throws: ArchiveError.self) { try SampleArchive.parse(bytes) }
            #expect(error?.code == .notAnArchive)
        }
        let later = #expect(throws: ArchiveError.self) { try SampleArchive.parse(Array("FERRYIM\u{2} more".utf8)) }
        #expect(later?.code == .unknownVersion)
        let nothing = await #expect(throws: ArchiveError.self) { _ = try await ArchiveReader(Pieces([])) }
        #expect(nothing?.code == .cutOff)
    }

    @Test func whatFailedOnceFailsAgain() throws {
        var parser = ArchiveParser()
        parser.add(ByteBuffer(string: "no archive"))
        for _ in 0..<2 { #expect(throws: ArchiveError.self) { try parser.next() } }
        #expect(throws: ArchiveError.self) { try parser.finish() }
    }

    /// Whatever is changed, with the checksums made right again: an archive is refused, or every disk is the one that it announces.
    @Test(arguments: seeds(150)) func changedArchivesAreRefusedOrWhole(seed: UInt64) async throws {
        try await withArchive { _, store, bytes in
            var generator = SeededGenerator(seed: seed)
            var records = SampleRecord.records(of: bytes)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                guard !records.isEmpty else { break }
                let place = Int.random(in: 0..<records.count, using: &generator)
                let other = records[Int.random(in: 0..<records.count, using: &generator)]
                switch Int.random(in: 0..<9, using: &generator) {
                case 0: records.remove(at: place)
                case 1: records.insert(other, at: place)
                case 2: records[place].payload = other.payload
                case 3: records[place].number = [0, 1, 2, 1030, 2047, 2048, .max].randomElement(using: &generator) ?? 0
                case 4: records[place].codec = UInt8.random(in: 0...2, using: &generator)
                case 5: records[place].kind = UInt8.random(in: 0...5, using: &generator)
                case 6: records[place].payload.removeLast(Int.random(in: 0...records[place].payload.count, using: &generator))
                case 7: records[place].payload += generator.bytes(Int.random(in: 1...40, using: &generator))
                default:
                    let count = records[place].payload.count
                    if count > 0 {
                        records[place].payload[Int.random(in: 0..<count, using: &generator)] ^= 1 << UInt8(generator.next() % 8)
                    }
                }
            }
            var changed = SampleRecord.archive(records)
            if generator.oneIn(5) { changed.removeLast(Int.random(in: 0...changed.count, using: &generator)) }
            if generator.oneIn(5) { changed += generator.bytes(Int.random(in: 1...60, using: &generator)) }
            let announced = SampleRecord.records(of: changed).filter { $0.kind == 2 }.compactMap { Digest(bytes: $0.payload.suffix(32)) }
            do {
                let pieces = Pieces(changed) { _ in Int.random(in: 1...900, using: &generator) }
                let roots = try await SampleArchive.restore(pieces, into: store)
                #expect(roots == announced)
            } catch is ArchiveError {
                // Refused.
            }
        }
    }
}
