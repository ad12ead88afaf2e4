import Blocks
import Domain
import Metadata
import NIOCore

/// A block's bytes, and their SHA-256.
package struct BlockContent: Sendable {
    package let bytes: ByteBuffer
    package let checksum: [UInt8]
}

extension BlockReads {
    /// Reads a block with a token that a listing of this snapshot gave for it.
    package func get(_ snapshotID: String, blockIndex: Int64, token: String) async throws -> BlockContent {
        let snapshot = try await snapshot(snapshotID)
        let id = snapshot.id
        guard let token = BlockToken(opening: token, with: call.deployment.tokens, at: call.now),
            token.snapshotID == id, token.blockIndex == blockIndex
        else {
            throw Uploads.invalid("INVALID_BLOCK_TOKEN", "The block token is not valid for block \(blockIndex) of '\(id)', or has expired")
        }
        guard snapshot.tier == .standard else { throw Uploads.invalid("INVALID_SNAPSHOT_ID", snapshot.archivedMessage) }
        let seal = try await call.store.seal(of: snapshot)
        let bytes = try await reading("block \(blockIndex) of snapshot \(id)") { try await call.store.blocks.read(token.digest, in: seal) }
        return BlockContent(bytes: bytes, checksum: token.digest.bytes)
    }
}
