import Domain
import Foundation
import Metadata

/// Snapshots, and what is about them.
extension TableLife {
    static let snapshots: [TableLife] = [rows, shares, uploads, blocks, locks, tierings, packs, releases]

    private static let snapshot = Snapshot.sample(1)

    private static let rows = TableLife(
        "snapshots",
        read: { try SnapshotTable($0).stored(numbered(1))?.state },
        [
            .then(.pending) { try SnapshotTable($0).insert(snapshot) },
            .then(.error) { try SnapshotTable($0).fail(numbered(1), message: "why") },
            .then(nil) { try SnapshotTable($0).delete(numbered(1)) },
        ]
    )

    private static let shares = TableLife(
        "snapshot_shares",
        given: { try SnapshotTable($0).insert(snapshot) },
        read: { try ShareTable($0, of: .snapshot).targets(of: snapshot.id.rawValue) },
        [
            .then([.account(.bob)]) {
                try ShareTable($0, of: .snapshot).add([.account(.bob)], to: snapshot.id.rawValue, of: .alice)
            },
            .then([]) { try ShareTable($0, of: .snapshot).remove([.account(.bob)], from: snapshot.id.rawValue) },
        ]
    )

    private static let upload = Upload(snapshotID: numbered(1), parentRoot: [1], timeoutMinutes: 60, lastPutAt: date())

    private static let uploads = TableLife(
        "uploads",
        given: { try SnapshotTable($0).insert(snapshot) },
        read: { try UploadTable($0).upload(numbered(1)).map { [$0.isSealed, $0.parentRoot == [1], $0.lastPutAt == date()] } },
        [
            .then([false, true, true]) { try UploadTable($0).insert(upload) },
            .then([true, true, true]) { try UploadTable($0).seal(numbered(1)) },
            .then(nil) { try UploadTable($0).delete(numbered(1)) },
        ]
    )

    private static let first = UploadBlock(index: 7, address: [1], sealedDigest: [2])
    private static let second = UploadBlock(index: 7, address: nil)

    private static let blocks = TableLife(
        "upload_blocks",
        given: {
            try SnapshotTable($0).insert(snapshot)
            try UploadTable($0).insert(upload)
        },
        read: { try UploadTable($0).blocks(of: numbered(1), from: 0, limit: 9) },
        [
            .then([first]) { try UploadTable($0).put([first], into: numbered(1), at: date()) },
            .then([second]) { try UploadTable($0).put([second], into: numbered(1), at: date()) },
            .then([]) { try UploadTable($0).delete(numbered(1)) },
        ]
    )

    private static let lock = SnapshotLock(snapshot: numbered(1), account: .alice, mode: .governance, term: .days(3), createdAt: date())
    private static let compliance = changed(lock) {
        ($0.mode, $0.term, $0.coolOffHours, $0.coolOffEndsAt) = (.compliance, .until(date()), 5, date())
    }

    private static let locks = TableLife(
        "snapshot_locks",
        read: { try SnapshotLockTable($0).page(of: .alice, after: nil, limit: 9) },
        [
            .then([lock]) { try SnapshotLockTable($0).set(lock) },
            .then([compliance]) { try SnapshotLockTable($0).set(compliance) },
            .then([]) { try SnapshotLockTable($0).delete(numbered(1)) },
        ]
    )

    private static func tiering(_ outcome: SnapshotTiering.Outcome = .inProgress, _ detail: String? = nil) -> SnapshotTiering {
        SnapshotTiering(
            snapshot: numbered(1),
            account: .alice,
            lineage: numbered(2),
            operation: .temporaryRestore,
            outcome: outcome,
            startedAt: date(),
            dueAt: date(milliseconds: 1_900_000_000_000),
            detail: detail,
            archivedAt: date()
        )
    }

    private static let tierings = TableLife(
        "snapshot_tierings",
        read: { try SnapshotTieringTable($0).tiering(of: numbered(1)) },
        [
            .then(tiering()) { try SnapshotTieringTable($0).set(tiering()) },
            .then(tiering(.failed, "no room")) { try SnapshotTieringTable($0).set(tiering(.failed, "no room")) },
            .then(nil) { try SnapshotTieringTable($0).delete(numbered(1)) },
        ]
    )

    private static let packs = TableLife(
        "archive_packs",
        read: { try SnapshotTieringTable($0).packs(of: numbered(1)) },
        [
            .then([[1]]) { try SnapshotTieringTable($0).add(pack: [1], of: numbered(1)) },
            .then([[1], [2]]) { try SnapshotTieringTable($0).add(pack: [2], of: numbered(1)) },
            .then([]) { try SnapshotTieringTable($0).forgetPacks(of: numbered(1)) },
        ]
    )

    private static let releases = TableLife(
        "releases",
        read: { try ReleaseTable($0).roots(after: .distantPast, limit: 9).map(\.root) },
        [
            .then([[1]]) { try ReleaseTable($0).insert(root: [1], at: date()) },
            .then([]) { try ReleaseTable($0).remove(until: date()) },
        ]
    )
}
