import Blocks
import Domain
import Metadata

extension SealDomain {
    /// The digest of an uploaded block; nil for one of zeros.
    func digest(of block: UploadBlock, in id: SnapshotID) throws -> Digest? {
        if let sealed = block.sealedDigest { return try digest(in: sealed, at: Uploads.place(of: block.index, in: id)) }
        return block.address.flatMap { Digest(bytes: $0) }
    }
}
