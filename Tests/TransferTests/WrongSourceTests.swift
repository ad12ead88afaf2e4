import Blocks
import TestSupport
import Testing
import Transfer

/// A source that answers with something else than it was asked for.
@Suite struct WrongSourceTests {
    private let engine = CopyEngine(window: 2, reportInterval: .zero)
    private let disk = ModelDisk(volumeBlocks: 3 * 1024, blocks: [0: 1, 7: 2, 1030: 3, 1031: 1, 3000: 4])

    @Test(arguments: 0..<3)
    func aWrongPageIsNoticed(page number: Int) async throws {
        try await withStores { source, destination in
            let root = try await disk.write(to: source)
            let pages = try await source.readRoot(root).entries.map(\.digest)
            let wanted = try await source.readPage(pages[number])
            let another = try await source.readPage(pages[(number + 1) % pages.count])
            let shorter = try BlockMapPage(wanted.entries.dropLast())
            let moved = try BlockMapPage(wanted.entries.map { (slot: $0.slot + 1, digest: $0.digest) })
            for wrong in [another, shorter, moved] where !wrong.isEmpty {
                let lying = ScriptedSource(source, .init(page: { $0 == wanted ? wrong : $0 }))
                await #expect(throws: CopyMismatch.self) { try await engine.copy(root, from: lying, into: destination) { _ in } }
                #expect(try await destination.contains([root, pages[number]]).isEmpty)
                await expectStoreError(.notFound) { _ = try await destination.read(root) }
            }
            // The same destination takes the truth.
            _ = try await engine.copy(root, from: StoreSource(source), into: destination) { _ in }
            #expect(try await disk.differences(to: root, in: destination) == [])
        }
    }

    @Test func aWrongRootIsNoticedBeforeAnythingMoves() async throws {
        try await withStores { source, destination in
            let root = try await disk.write(to: source)
            let other = try await ModelDisk(volumeBlocks: 1024, blocks: [0: 1, 3: 50]).write(to: source)
            let wrong = try await source.readRoot(other)
            let lying = ScriptedSource(source, .init(root: { _ in wrong }))
            await #expect(throws: CopyMismatch.self) { try await engine.copy(root, from: lying, into: destination) { _ in } }
            #expect(lying.record.moves == 0)
            await expectStoreError(.notFound) { _ = try await destination.read(root) }
            await expectStoreError(.notFound) { _ = try await destination.read(other) }
        }
    }

    private func withStores(_ body: (_ source: BlockStore, _ destination: BlockStore) async throws -> Void) async throws {
        try await Place.withPool { pool in
            try await body(try await Place(pool: pool).open(), try await Place(pool: pool).open())
        }
    }
}
