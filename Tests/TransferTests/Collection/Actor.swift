import Blocks
import TestSupport
import Testing
import Transfer

/// One of several that work on two places at once. What fails, fails: only what it has written into the rows counts.
struct Actor: Sendable {
    let rows: [ModelRows]
    let stores: [BlockStore]
    private let seed: SeededGenerator

    init(rows: [ModelRows], stores: [BlockStore], generator: SeededGenerator) {
        self.rows = rows
        self.stores = stores
        seed = generator
    }

    func act() async {
        var generator = seed
        for _ in 0..<4 {
            let place = Int.random(in: 0...1, using: &generator)
            do {
                switch Int.random(in: 0..<10, using: &generator) {
                case 0, 1: try await write(to: place, using: &generator)
                case 2, 3: try await upload(to: place, using: &generator)
                case 4, 5: try await copy(from: place, to: generator.oneIn(5) ? place : 1 - place, using: &generator)
                case 6: delete(in: place, using: &generator)
                case 7: try await read(in: place, using: &generator)
                default: try await collect(place)
                }
            } catch let error as StoreError {
                // A page whose blocks were found, or content that was read, must never be gone: the rest are the faults that were put in.
                let expected: [StoreError.Code] = [.io, .noSpace, .lostWrites, .index, .busy]
                #expect(expected.contains(error.code), "\(error)")
            } catch is CancellationError {
                return
            } catch {
                Issue.record(error)
            }
        }
    }

    /// Few contents, so that what is deleted here is written again there.
    private func disk(_ place: Int, using generator: inout SeededGenerator) -> ModelDisk {
        if let old = rows[place].now.snapshots.sorted(by: { $0.key < $1.key }).randomElement(using: &generator), generator.oneIn(2) {
            return old.value.disk.changed(3, first: UInt64.random(in: 1..<40, using: &generator), using: &generator)
        }
        return ModelDisk.random(numbers: 1..<40, using: &generator)
    }

    private func write(to place: Int, using generator: inout SeededGenerator) async throws {
        let disk = disk(place, using: &generator)
        // As a snapshot that is copied, or as an object whose body comes slowly.
        let writer = stores[place].writer(isHandedOver: generator.oneIn(2))
        defer { writer.end() }
        let root = try await disk.write(with: writer, to: stores[place])
        rows[place].change { $0.snapshots[ModelRows.newID()] = (disk, root) }
    }

    /// As EBS direct does: a session for each block, a row for each block, and the map from the rows.
    private func upload(to place: Int, using generator: inout SeededGenerator) async throws {
        let disk = disk(place, using: &generator)
        let (store, rows) = (stores[place], rows[place])
        let id = ModelRows.newID()
        rows.change { $0.uploads[id] = ModelRows.Upload() }
        defer { rows.change { $0.uploads[id] = nil } }
        var stored: Set<UInt64> = []
        for (index, number) in disk.blocks.sorted(by: { $0.key < $1.key }) {
            if stored.insert(number).inserted {
                try await store.withWriter { writer in
                    _ = try await writer.put(TestBlock.compressible(number))
                    try await writer.flush()
                    rows.change { $0.uploads[id]?.blocks[index] = number }
                }
            } else {
                rows.change { $0.uploads[id]?.blocks[index] = number }
            }
        }
        try await store.withWriter { writer in
            var builder = try BlockMapBuilder(volumeBytes: disk.volumeBlocks * UInt64(BlockSize.bytes))
            for (index, number) in disk.blocks.sorted(by: { $0.key < $1.key }) {
                for page in try await builder.add(index, ModelDisk.digest(number), reading: store) { try await writer.put(page: page) }
            }
            let (pages, root) = try await builder.finish(reading: store)
            for page in pages { try await writer.put(page: page) }
            let digest = try await writer.put(root: root)
            try await writer.flush()
            rows.change {
                $0.snapshots[id] = (disk, digest)
                $0.uploads[id] = nil
            }
        }
    }

    private func copy(from source: Int, to destination: Int, using generator: inout SeededGenerator) async throws {
        let sources = rows[source].now.snapshots
        guard let id = sources.keys.sorted().randomElement(using: &generator), let snapshot = sources[id] else { return }
        let copy = ModelRows.newID()
        rows[destination].change { $0.copies[copy] = ModelRows.Copy(root: snapshot.root, source: source) }
        defer { rows[destination].change { $0.copies[copy] = nil } }
        guard rows[source].isSnapshot(id) else { return }
        let bytesPerFlush = Int64(BlockSize.bytes) * Int64.random(in: 0...8, using: &generator)
        let engine = CopyEngine(window: 3, reportInterval: .zero, bytesPerFlush: bytesPerFlush)
        do {
            _ = try await engine.copy(snapshot.root, from: StoreSource(stores[source]), into: stores[destination]) { _ in
            } commit: { [rows] _, _ in
                rows[destination].change {
                    $0.snapshots[copy] = snapshot
                    $0.copies[copy] = nil
                }
            }
        } catch let error as StoreError where [.notFound, .incomplete].contains(error.code) && !rows[source].isSnapshot(id) {
            // Deleted right after the look, and collected, here and then there: in the service a grace period covers this.
        }
    }

    private func delete(in place: Int, using generator: inout SeededGenerator) {
        guard let id = rows[place].now.snapshots.keys.sorted().randomElement(using: &generator) else { return }
        rows[place].change { $0.snapshots[id] = nil }
    }

    private func read(in place: Int, using generator: inout SeededGenerator) async throws {
        let snapshots = rows[place].now.snapshots
        guard let id = snapshots.keys.sorted().randomElement(using: &generator), let snapshot = snapshots[id] else { return }
        do {
            let differences = try await snapshot.disk.differences(to: snapshot.root, in: stores[place])
            #expect(differences == [])
        } catch let error as StoreError where error.code == .notFound {
            #expect(!rows[place].isSnapshot(id), "a snapshot that is not deleted: \(error)")
        }
    }

    private func collect(_ place: Int) async throws {
        _ = try await CollectionRound(store: stores[place]).run {
            try await ModelRows.mark($0, place: place, rows: rows, stores: stores)
        }
    }
}
