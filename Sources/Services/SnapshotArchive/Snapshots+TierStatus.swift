import Domain
import Foundation
import Metadata

/// A snapshot and the last change of its tier.
package struct TieredSnapshot: Sendable {
    package let snapshot: Snapshot
    package let tiering: SnapshotTiering
    /// 0 to 100.
    package let percent: Int
}

extension Snapshots {
    private static let tierFilters: Set<String> = ["snapshot-id", "volume-id", "last-tiering-operation"]

    /// The caller's snapshots that were archived or restored at least once, ordered by id.
    package func tierings(_ filters: [Filter], page: PageRequest) async throws -> Page<TieredSnapshot> {
        try FilterRules.check(filters, names: Self.tierFilters)
        let (account, now, database) = (call.account, call.now, call.store.database)
        return try await page.collect(
            token: call.pageToken(for: "DescribeSnapshotTierStatus"),
            place: \.tiering.snapshot.rawValue,
            batch: { after, limit in
                try await database.read { transaction in
                    let after = after.flatMap(SnapshotID.init(rawValue:))
                    let tierings = try SnapshotTieringTable(transaction).page(of: account, after: after, limit: limit)
                    return try Self.described(tierings, at: now, in: transaction)
                }
            },
            // One in the Recycle Bin is nowhere else; it counts for the page that it stands in.
            where: { $0.snapshot.state != .recoverable && $0.matches(filters) }
        )
    }

    private static func described(_ tierings: [SnapshotTiering], at now: Date, in transaction: Transaction) throws -> [TieredSnapshot] {
        let ids = tierings.map(\.snapshot)
        let table = SnapshotTable(transaction)
        let snapshots = Dictionary(
            uniqueKeysWithValues: try (table.snapshots(ids: ids) + table.recycled(ids: ids)).map { ($0.id, $0) }
        )
        let jobs = Dictionary(uniqueKeysWithValues: try JobTable(transaction).jobs(ids.map(\.rawValue)).map { ($0.id, $0.progress) })
        return tierings.compactMap { tiering in
            snapshots[tiering.snapshot].map { snapshot in
                TieredSnapshot(
                    snapshot: snapshot,
                    tiering: tiering,
                    percent: tiering.percent(job: jobs[snapshot.id.rawValue], at: now)
                )
            }
        }
    }
}

extension TieredSnapshot {
    fileprivate func matches(_ filters: [Filter]) -> Bool {
        filters.allSatisfy { filter in
            switch filter.name {
            case "snapshot-id": filter.matches(anyOf: [snapshot.id.rawValue])
            case "volume-id": filter.matches(anyOf: [snapshot.volumeID])
            case "last-tiering-operation": filter.matches(anyOf: [tiering.status])
            // Tags are none of its filters.
            default: false
            }
        }
    }
}
