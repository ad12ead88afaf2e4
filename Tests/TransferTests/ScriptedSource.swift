import Blocks
import Synchronization
import Transfer

/// A store as a source, with a script that can change its answers or hold them up. Remembers what it was asked for.
final class ScriptedSource: SnapshotSource {
    struct Script: Sendable {
        var root: @Sendable (BlockMapRoot) throws -> BlockMapRoot = { $0 }
        var page: @Sendable (BlockMapPage) throws -> BlockMapPage = { $0 }
        /// Called before each move with its number, from 1.
        var beforeMove: @Sendable (Int) async throws -> Void = { _ in }
    }

    struct Record: Sendable {
        var pages: Set<Digest> = []
        var moves = 0
        var moved: Set<Digest> = []
    }

    private let store: StoreSource
    private let script: Script
    private let state = Mutex(Record())

    init(_ store: BlockStore, _ script: Script = Script()) {
        self.store = StoreSource(store)
        self.script = script
    }

    var isOpen: Bool { store.isOpen }

    var record: Record { state.withLock { $0 } }

    func root(_ digest: Digest) async throws -> BlockMapRoot { try script.root(try await store.root(digest)) }

    func page(_ digest: Digest) async throws -> BlockMapPage {
        _ = state.withLock { $0.pages.insert(digest) }
        return try script.page(try await store.page(digest))
    }

    func move(_ block: Digest, to writer: StoreWriter) async throws -> Bool {
        let number = state.withLock { record in
            record.moves += 1
            return record.moves
        }
        try await script.beforeMove(number)
        let isMoved = try await store.move(block, to: writer)
        if isMoved { _ = state.withLock { $0.moved.insert(block) } }
        return isMoved
    }

    func storedBytes(of addresses: [Digest]) async throws -> UInt64? { try await store.storedBytes(of: addresses) }
}
