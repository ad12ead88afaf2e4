import Blocks
import TestSupport
import Testing

struct BlockMapBuilderTests {
    private static let volumeBytes: UInt64 = 4 << 30
    private static let volumeBlocks = volumeBytes / UInt64(BlockSize.bytes)

    private func list(_ root: BlockMapRoot, in pages: PageMemory, limit: Int = 1_000) async throws -> [UInt64: Digest] {
        let reader = BlockMapReader(root: root, reading: pages)
        var blocks: [UInt64: Digest] = [:]
        var next: UInt64? = 0
        while let start = next {
            let found = try await reader.blocks(from: start, limit: limit)
            #expect(found.blocks.count <= limit)
            for block in found.blocks { blocks[block.index] = block.digest }
            next = found.next
        }
        return blocks
    }

    @Test(arguments: seeds(25)) func readsBackWhatWasBuilt(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let pages = PageMemory()
        let model = RandomMap.blocks(volumeBlocks: Self.volumeBlocks, using: &generator)
        let root = try await RandomMap.build(model, volumeBytes: Self.volumeBytes, parent: nil, in: pages)
        #expect(try await list(root, in: pages, limit: Int.random(in: 1...2_000, using: &generator)) == model)
        #expect(root.dataBlocks == UInt64(model.count))
        let reader = BlockMapReader(root: root, reading: pages)
        for _ in 0..<100 {
            let index = UInt64.random(in: 0..<Self.volumeBlocks, using: &generator)
            #expect(try await reader.digest(at: index) == model[index])
        }
        #expect(try await reader.digest(at: Self.volumeBlocks + 5) == nil)
    }

    @Test(arguments: seeds(40)) func overlayEqualsTheMapOfTheResult(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let pages = PageMemory()
        var model = RandomMap.blocks(volumeBlocks: Self.volumeBlocks, using: &generator)
        let parent = try await RandomMap.build(model, volumeBytes: Self.volumeBytes, parent: nil, in: pages)

        var changes: [UInt64: Digest?] = [:]
        for (index, digest) in RandomMap.blocks(volumeBlocks: Self.volumeBlocks, using: &generator) {
            changes[index] = .some(generator.oneIn(3) ? nil : generator.oneIn(20) ? .zeroBlock : digest)
        }
        // Whole pages become zeros now and then.
        if generator.oneIn(3) { for index in UInt64(1024)..<2048 { changes[index] = .some(nil) } }
        for (index, digest) in changes { model[index] = digest == .zeroBlock ? nil : digest }

        _ = pages.takeReads()
        let touched = Set(changes.keys.map { UInt32($0 / 1024) })
        let grown = generator.oneIn(2) ? Self.volumeBytes : Self.volumeBytes * 2
        let root = try await RandomMap.build(changes, volumeBytes: grown, parent: parent, in: pages)
        #expect(pages.takeReads() == parent.entries.filter { touched.contains($0.page) }.count, "untouched pages are not read")
        #expect(root == (try await RandomMap.build(model, volumeBytes: grown, parent: nil, in: PageMemory())))
        #expect(try await list(root, in: pages) == model)
    }

    @Test func theSizeOfTheVolumeMayShowAtTheEnd() async throws {
        let (pages, digest) = (PageMemory(), Digest(sha256: [1]))
        var known = try BlockMapBuilder(volumeBytes: 1_030 * UInt64(BlockSize.bytes))
        var unknown = try BlockMapBuilder(volumeBytes: 1 << 46)
        for index in [UInt64(3), 1_029] {
            for page in try await known.add(index, digest, reading: pages) { pages.put(page) }
            _ = try await unknown.add(index, digest, reading: pages)
        }
        let expected = try await known.finish(reading: pages).root
        var tooSmall = unknown
        #expect(try await unknown.finish(reading: pages, volumeBytes: expected.volumeBytes).root == expected)
        await #expect(throws: BlockMapError.self) {
            _ = try await tooSmall.finish(reading: pages, volumeBytes: 1_024 * UInt64(BlockSize.bytes))
        }
    }

    @Test func anOverlayWithoutAChangeIsTheParent() async throws {
        let pages = PageMemory()
        let digest = Digest(sha256: [1])
        let parent = try await RandomMap.build([7: digest, 3_000: digest], volumeBytes: 4 << 30, parent: nil, in: pages)
        var builder = try BlockMapBuilder(volumeBytes: 4 << 30, parent: parent)
        #expect(try await builder.add(7, digest, reading: pages).isEmpty)
        let (last, root) = try await builder.finish(reading: pages)
        #expect(last.isEmpty, "the parent's own page is not given back")
        #expect(root == parent)
    }

    @Test func refusesDisorderAndWhatIsOutside() async throws {
        let pages = PageMemory()
        let digest = Digest(sha256: [1])
        var builder = try BlockMapBuilder(volumeBytes: 1 << 30)
        _ = try await builder.add(10, digest, reading: pages)
        await #expect(throws: BlockMapError.notAscending(index: 10)) { _ = try await builder.add(10, digest, reading: pages) }
        await #expect(throws: BlockMapError.notAscending(index: 9)) { _ = try await builder.add(9, digest, reading: pages) }
        await #expect(throws: BlockMapError.outsideVolume(index: 2048)) { _ = try await builder.add(2048, digest, reading: pages) }
        let parent = try BlockMapRoot(volumeBytes: 2 << 30)
        #expect(throws: BlockMapError.volumeSize(1 << 30)) { try BlockMapBuilder(volumeBytes: 1 << 30, parent: parent) }
    }
}
