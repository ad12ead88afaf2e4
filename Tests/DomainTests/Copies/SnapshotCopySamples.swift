import Domain
import Foundation

extension SnapshotCopy {
    static let now = Date(timeIntervalSince1970: 1_795_376_072)
    static let sampleRoot = [UInt8](repeating: 0x5a, count: 32)

    static func sample(image: ImageID? = known("ami-0123456789abcdef0"), attempts: Int = 0) -> SnapshotCopy {
        SnapshotCopy(
            id: known("copy-0123456789abcdef0"),
            snapshotID: known("snap-0123456789abcdef0"),
            account: known("123456789012"),
            imageID: image,
            sourceRegion: known("us-west-2"),
            sourceSnapshotID: known("snap-0fedcba9876543210"),
            sourceRoot: sampleRoot,
            createdAt: now,
            retries: Retries(attempts: attempts, dueAt: now)
        )
    }

    /// The copy as it would come back out of its row.
    var reread: SnapshotCopy {
        SnapshotCopy(
            id: id,
            snapshotID: snapshotID,
            account: account,
            imageID: imageID,
            sourceRegion: sourceRegion,
            sourceSnapshotID: sourceSnapshotID,
            sourceRoot: sourceRoot,
            createdAt: createdAt,
            target: target,
            state: state,
            progress: progress,
            retries: retries,
            reason: reason
        )
    }
}
