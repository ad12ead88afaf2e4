import Blocks
import Domain
import Metadata

/// A block that an upload has taken.
package struct UploadedBlock: Sendable {
    package let index: Int64
    /// The SHA-256 of its bytes.
    package let checksum: [UInt8]
}

extension Uploads {
    /// How many blocks are listed at once.
    package static let listed = 4096

    /// The blocks that an upload has taken so far, ascending, so that a client that was interrupted sends the others alone.
    ///
    /// - Returns: and where to go on; nil at the end.
    /// - Throws: where the snapshot takes no blocks any more.
    package func blocks(of text: String, from index: Int64) async throws -> (blocks: [UploadedBlock], next: Int64?) {
        let id = try Self.id(text)
        guard index >= 0 else { throw Self.invalid("INVALID_PARAMETER_VALUE", "StartingBlockIndex must not be negative") }
        let account = call.account
        let (snapshot, upload, blocks) = try await call.store.database.read { transaction in
            let uploads = UploadTable(transaction)
            let blocks = try uploads.blocks(of: id, from: index, limit: Self.listed)
            return (try SnapshotTable(transaction).snapshot(id), try uploads.upload(id), blocks)
        }
        guard let snapshot, snapshot.owner == account else { throw Self.notFound(text) }
        guard snapshot.state == .pending, upload?.isSealed == false else { throw Self.notOpen(id) }
        let seal = try await call.store.seal(of: snapshot)
        let found = try blocks.map { block in
            UploadedBlock(index: block.index, checksum: (try seal.digest(of: block, in: id) ?? .zeroBlock).bytes)
        }
        return (found, found.count == Self.listed ? found.last.map { $0.index + 1 } : nil)
    }
}
