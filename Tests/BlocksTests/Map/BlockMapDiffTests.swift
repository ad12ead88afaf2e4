import Blocks
import TestSupport
import Testing

struct BlockMapDiffTests {
    private static let volumeBytes: UInt64 = 4 << 30
    private static let volumeBlocks = volumeBytes / UInt64(BlockSize.bytes)

    private func all(
        _ diff: BlockMapDiff,
        from start: UInt64 = 0,
        limit: Int,
        pageReads: Int
    ) async throws -> [BlockDifference] {
        var result: [BlockDifference] = []
        var next: UInt64? = start
        while let index = next {
            let found = try await diff.differences(from: index, limit: limit, pageReads: pageReads)
            #expect(found.differences.count <= limit)
            result += found.differences
            next = found.next
        }
        return result
    }

    @Test(arguments: seeds(40)) func equalsTheDifferenceOfTheModels(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let pages = PageMemory()
        let first = RandomMap.blocks(volumeBlocks: Self.volumeBlocks, using: &generator)
        var second = generator.oneIn(3) ? RandomMap.blocks(volumeBlocks: Self.volumeBlocks, using: &generator) : first
        for _ in 0..<Int.random(in: 0...20, using: &generator) {
            let index = UInt64.random(in: 0..<Self.volumeBlocks, using: &generator)
            second[index] = generator.oneIn(3) ? nil : RandomMap.digest(using: &generator)
        }
        let old = try await RandomMap.build(first, volumeBytes: Self.volumeBytes, parent: nil, in: pages)
        let new = try await RandomMap.build(second, volumeBytes: Self.volumeBytes, parent: nil, in: pages)
        let expected = Set(first.keys).union(second.keys).filter { first[$0] != second[$0] }.sorted()
            .map { BlockDifference(index: $0, first: first[$0], second: second[$0]) }

        let diff = BlockMapDiff(first: old, second: new, reading: pages)
        let limit = Int.random(in: 1...700, using: &generator)
        #expect(try await all(diff, limit: limit, pageReads: Int.random(in: 1...5, using: &generator)) == expected)
        let start = UInt64.random(in: 0..<Self.volumeBlocks, using: &generator)
        #expect(try await all(diff, from: start, limit: limit, pageReads: .max) == expected.filter { $0.index >= start })
    }

    @Test func equalPagesAreNotRead() async throws {
        let pages = PageMemory()
        var model: [UInt64: Digest] = [:]
        for page in UInt64(0)..<8 { model[page * 1024 + page] = Digest(sha256: [UInt8(page)]) }
        let old = try await RandomMap.build(model, volumeBytes: Self.volumeBytes, parent: nil, in: pages)
        model[5 * 1024] = Digest(sha256: [99])
        let new = try await RandomMap.build(model, volumeBytes: Self.volumeBytes, parent: nil, in: pages)
        _ = pages.takeReads()
        let diff = BlockMapDiff(first: old, second: new, reading: pages)
        let found = try await diff.differences(limit: 100)
        #expect(found.differences == [BlockDifference(index: 5 * 1024, first: nil, second: Digest(sha256: [99]))])
        #expect(found.next == nil)
        #expect(pages.takeReads() == 2)
        #expect(try await BlockMapDiff(first: new, second: new, reading: pages).differences(limit: 100).differences.isEmpty)
        #expect(pages.takeReads() == 0)
    }

    @Test func readsNoMorePagesThanItMay() async throws {
        let pages = PageMemory()
        let empty = try BlockMapRoot(volumeBytes: Self.volumeBytes)
        var model: [UInt64: Digest] = [:]
        for page in UInt64(0)..<8 { model[page * 1024] = Digest(sha256: [UInt8(page)]) }
        let full = try await RandomMap.build(model, volumeBytes: Self.volumeBytes, parent: nil, in: pages)
        let diff = BlockMapDiff(first: empty, second: full, reading: pages)
        _ = pages.takeReads()
        let found = try await diff.differences(limit: 100, pageReads: 3)
        #expect(found.differences.map(\.index) == [0, 1024, 2048])
        #expect(found.next == 3072)
        #expect(pages.takeReads() == 3)
    }
}
