import Blocks
import Synchronization
import Transfer

/// The rows that refer to the bytes of one place, as the databases of a Region would hold them. What is in them is durable.
final class ModelRows: Sendable {
    struct Upload: Sendable {
        var blocks: [UInt64: UInt64] = [:]
    }

    struct Copy: Sendable {
        let root: Digest
        let source: Int
    }

    struct State: Sendable {
        var snapshots: [Int: (disk: ModelDisk, root: Digest)] = [:]
        var uploads: [Int: Upload] = [:]
        var copies: [Int: Copy] = [:]
    }

    private let state = Mutex(State())
    private static let numbers = Atomic(0)

    static func newID() -> Int { numbers.add(1, ordering: .relaxed).newValue }

    var now: State { state.withLock { $0 } }

    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

    func isSnapshot(_ id: Int) -> Bool { state.withLock { $0.snapshots[id] != nil } }
}

extension ModelRows {
    /// Marks what the rows of `place` keep alive: uploads and copies before the snapshots that they become.
    static func mark(_ marker: CollectionMarker, place: Int, rows: [ModelRows], stores: [BlockStore]) async throws {
        for upload in rows[place].now.uploads.values {
            try await marker.mark(blocks: upload.blocks.values.map(ModelDisk.digest))
        }
        for (number, other) in rows.enumerated() {
            for copy in other.now.copies.values {
                if copy.source == place { try await marker.mark(remainsOf: copy.root) }
                if number == place { try await marker.mark(partOf: copy.root, of: stores[copy.source]) }
            }
        }
        for snapshot in rows[place].now.snapshots.values { try await marker.mark(tree: snapshot.root) }
    }
}
