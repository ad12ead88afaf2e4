import Metadata
import TestSupport
import Testing

@Suite struct FrameTableTests {
    private let firstPack = [UInt8](repeating: 0xa1, count: 16)
    private let secondPack = [UInt8](repeating: 0xb2, count: 16)

    private func address(_ number: Int) -> [UInt8] { (0..<32).map { UInt8(truncatingIfNeeded: number >> (8 * (31 - $0))) } }

    private func frame(_ number: Int, pack: [UInt8]? = nil, position: Int64? = nil) -> FrameRow {
        FrameRow(
            address: address(number),
            pack: pack ?? firstPack,
            position: position ?? Int64(number) * 1000,
            storedLength: 700,
            plainLength: 524_288,
            kind: 1,
            codec: 2
        )
    }

    private func fields(_ frame: FrameRow) -> [Int64] {
        [frame.position, frame.storedLength, frame.plainLength, frame.kind, frame.codec]
    }

    @Test func framesAreFoundByTheirAddress() throws {
        let temporary = try TemporaryDatabase(.frameIndex)
        try temporary.write { try FrameTable($0).insert([frame(1), frame(2, pack: secondPack), frame(3)], indexedLengths: []) }
        try temporary.read { transaction throws in
            let table = FrameTable(transaction)
            let found = try table.frames(addresses: [address(2), address(9), address(1)])
            #expect(Set(found.map(\.address)) == [address(1), address(2)])
            let second = try #require(found.first { $0.address == address(2) })
            #expect(second.pack == secondPack)
            #expect(fields(second) == fields(frame(2)))
            #expect(try table.frames(addresses: []).isEmpty)
        }
    }

    @Test func aThousandAddressesAtOnce() throws {
        let temporary = try TemporaryDatabase(.frameIndex)
        try temporary.write { try FrameTable($0).insert((0..<1024).map { frame($0) }, indexedLengths: []) }
        #expect(try temporary.read { try FrameTable($0).frames(addresses: (0..<1024).map(address)).count } == 1024)
    }

    @Test func theFirstPlaceOfAnAddressWins() throws {
        let temporary = try TemporaryDatabase(.frameIndex)
        try temporary.write { transaction throws in
            let table = FrameTable(transaction)
            try table.insert([frame(1, position: 10)], indexedLengths: [(firstPack, 100)])
            try table.insert([frame(1, pack: secondPack, position: 20), frame(1, position: 30)], indexedLengths: [(secondPack, 100)])
            try table.insert([frame(2, pack: secondPack, position: 40), frame(2, position: 50)], indexedLengths: [])
        }
        let found = try temporary.read { try FrameTable($0).frames(addresses: [address(1), address(2)]) }
        #expect(found.count == 2)
        #expect(found.first { $0.address == address(1) }.map { [$0.position] } == [10])
        #expect(found.first { $0.address == address(1) }?.pack == firstPack)
        #expect(found.first { $0.address == address(2) }?.pack == secondPack)
    }

    @Test func indexedLengthsOnlyGrow() throws {
        let temporary = try TemporaryDatabase(.frameIndex)
        func lengths(after reported: [(pack: [UInt8], length: Int64)]) throws -> [[UInt8]: Int64] {
            try temporary.write { transaction throws in
                try FrameTable(transaction).insert([], indexedLengths: reported)
                return Dictionary(uniqueKeysWithValues: try FrameTable(transaction).indexedLengths().map { ($0.pack, $0.length) })
            }
        }
        #expect(try lengths(after: []).isEmpty)
        #expect(try lengths(after: [(firstPack, 100), (secondPack, 0)]) == [firstPack: 100, secondPack: 0])
        #expect(try lengths(after: [(firstPack, 50), (secondPack, 7)]) == [firstPack: 100, secondPack: 7])
        #expect(try lengths(after: [(firstPack, 200), (firstPack, 150)]) == [firstPack: 200, secondPack: 7])
    }

    @Test func aPackThatIsOnlySeenThroughAFrameIsIndexedToZero() throws {
        let temporary = try TemporaryDatabase(.frameIndex)
        try temporary.write { try FrameTable($0).insert([frame(1)], indexedLengths: []) }
        let lengths = try temporary.read { try FrameTable($0).indexedLengths() }
        #expect(lengths.map(\.length) == [0])
        #expect(lengths.map(\.pack) == [firstPack])
    }

    @Test(arguments: [1, 3, 100, 499, 500, 1000])
    func pagesVisitEveryFrameOfAPackOnce(_ limit: Int) throws {
        let temporary = try TemporaryDatabase(.frameIndex)
        var random = SeededGenerator(seed: 6)
        let frames = (0..<1000).map { frame($0, pack: $0.isMultiple(of: 2) ? firstPack : secondPack) }
        try temporary.write { try FrameTable($0).insert(frames.shuffled(using: &random), indexedLengths: []) }
        var seen: [[UInt8]] = []
        var place: Int64 = -1
        while seen.count <= frames.count {
            let page = try temporary.read { try FrameTable($0).frames(in: secondPack, after: place, limit: limit) }
            guard let last = page.last else { break }
            #expect(page.count <= limit)
            #expect(page.allSatisfy { $0.pack == secondPack })
            seen += page.map(\.address)
            place = last.position
        }
        #expect(seen == (0..<1000).filter { !$0.isMultiple(of: 2) }.map(address))
    }

    /// A writer has found a frame and raises it while a collection removes what is older.
    @Test func aFrameThatIsRaisedMeanwhileStays() async throws {
        let temporary = try TemporaryDatabase(.frameIndex)
        let other = try temporary.openAgain(.frameIndex)
        let all = (0..<300).map(address)
        for round in Int64(1)...10 {
            try temporary.write { try FrameTable($0).insert((0..<300).map { frame($0) }, indexedLengths: []) }
            async let raised: Void = other.write { try FrameTable($0).mark(Array(all.prefix(100)), generation: round) }
            async let removed = temporary.database.write { try FrameTable($0).remove(all, before: round) }
            let gone = Set(try await removed)
            try await raised
            let left = try temporary.read { try FrameTable($0).generations(of: all) }
            #expect(Set(left.map(\.address)).isDisjoint(with: gone))
            #expect(left.allSatisfy { $0.generation == round })
            #expect(left.count + gone.count == 300)
        }
        try other.close()
    }

    @Test func twoWritersOfTheSameFramesBothEnd() async throws {
        let temporary = try TemporaryDatabase(.frameIndex)
        let other = try temporary.openAgain(.frameIndex)
        let frames = (0..<200).map { frame($0) }
        for round in Int64(1)...5 {
            async let forth: Void = temporary.database.write { transaction in
                try FrameTable(transaction).insert(frames, indexedLengths: [(firstPack, round), (secondPack, round)])
                try FrameTable(transaction).mark(frames.map(\.address), generation: round)
            }
            async let back: Void = other.write { transaction in
                try FrameTable(transaction).insert(frames.reversed(), indexedLengths: [(secondPack, round), (firstPack, round)])
                try FrameTable(transaction).mark(frames.reversed().map(\.address), generation: round)
            }
            _ = try await (forth, back)
        }
        #expect(try temporary.read { try FrameTable($0).total().frames } == 200)
        try other.close()
    }

    @Test func removingAllLeavesAnIndexThatCanBeMadeAnew() throws {
        let temporary = try TemporaryDatabase(.frameIndex)
        try temporary.write { transaction throws in
            let table = FrameTable(transaction)
            try table.insert([frame(1), frame(2, pack: secondPack)], indexedLengths: [(firstPack, 9000)])
            try table.removeAll()
            #expect(try table.indexedLengths().isEmpty)
            #expect(try table.frames(addresses: [address(1), address(2)]).isEmpty)
            try table.insert([frame(1, pack: secondPack)], indexedLengths: [(secondPack, 10)])
            #expect(try table.frames(addresses: [address(1)]).map(\.pack) == [secondPack])
            #expect(try table.indexedLengths().map(\.length) == [10])
        }
    }
}
