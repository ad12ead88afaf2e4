import Blocks
import TestSupport
import Testing
import Transfer

/// A copy is safe from collections until the row is saved that refers to it, whatever has become of its source.
struct CopyCommitTests {
    @Test(arguments: ["moved", "there before"])
    func nothingOfACopyIsFreedBeforeItsRowIsSaved(tree: String) async throws {
        try await Place.withPool { pool in
            var generator = SeededGenerator(seed: 3)
            let (here, there) = (Place(pool: pool), Place(pool: pool))
            let (source, destination) = (try await here.open(), try await there.open())
            let disk = ModelDisk.random(numbers: 1..<40, using: &generator)
            let root = try await disk.write(to: source)
            let engine = CopyEngine(window: 4, reportInterval: .zero)
            if tree == "there before" { _ = try await engine.copy(root, from: StoreSource(source), into: destination) { _ in } }

            let rows = ModelRows()
            let generation = try there.index.generation()
            try await withThrowingTaskGroup(of: Void.self) { group in
                let (rounds, begin) = AsyncStream.makeStream(of: Void.self)
                group.addTask {
                    for await _ in rounds {
                        // It knows nothing of the copy but its row.
                        _ = try await CollectionRound(store: destination).run { marker in
                            for snapshot in rows.now.snapshots.values { try await marker.mark(tree: snapshot.root) }
                        }
                        return
                    }
                }
                _ = try await engine.copy(root, from: StoreSource(source), into: destination) { _ in
                } commit: { _, address in
                    begin.yield()
                    while try there.index.generation() == generation { await Task.yield() }
                    #expect(try await disk.differences(to: address, in: destination) == [])
                    rows.change { $0.snapshots[ModelRows.newID()] = (disk, address) }
                }
                try await group.waitForAll()
            }
            #expect(try await disk.differences(to: root, in: destination) == [])
        }
    }
}
