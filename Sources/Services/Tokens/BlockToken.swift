import Blocks
import Domain
import Foundation

/// A block token of the EBS direct APIs: the right to read one block of one snapshot, for seven days.
struct BlockToken: Sendable, Equatable {
    static let lifetime: TimeInterval = 7 * 24 * 3600

    let snapshotID: SnapshotID
    let blockIndex: Int64
    let digest: Digest

    func seal(with tokens: TokenSealer, until expiry: Date) -> String {
        var bytes = digest.bytes
        withUnsafeBytes(of: blockIndex.bigEndian) { bytes += $0 }
        bytes += Array(snapshotID.rawValue.utf8)
        return tokens.seal(bytes, as: .block, until: expiry)
    }

    init(snapshotID: SnapshotID, blockIndex: Int64, digest: Digest) {
        self.snapshotID = snapshotID
        self.blockIndex = blockIndex
        self.digest = digest
    }

    init?(opening token: String, with tokens: TokenSealer, at now: Date) {
        guard let bytes = tokens.open(token, as: .block, at: now), bytes.count > 40,
            let digest = Digest(bytes: Array(bytes[0..<32])),
            let snapshot = SnapshotID(rawValue: String(decoding: bytes[40...], as: UTF8.self))
        else { return nil }
        self.digest = digest
        blockIndex = bytes[32..<40].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        snapshotID = snapshot
    }
}
