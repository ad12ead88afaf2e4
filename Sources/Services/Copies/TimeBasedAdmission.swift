import Domain
import Foundation
import Metadata

/// Sets throughput aside for the time-based copies into a Region (docs/behaviour/time-based-copies.md, "When the quota is short").
struct TimeBasedAdmission {
    let transaction: Transaction
    let destination: Region
    let limits: LinkLimits
    /// What was granted to those accounts whose copies are admitted; nothing for most.
    let grants: [AccountID: Throughput]

    /// Starts the minutes of the copies of one request, which come from one Region and are not written yet.
    ///
    /// A copy whose snapshot is being copied in a given time already only gets its turn; its minutes begin to run when that has ended.
    /// Throws `ResourceLimitExceeded` when everything that can be set aside is.
    func admit(_ copies: [SnapshotCopy], at now: Date) throws -> [SnapshotCopy] {
        guard let first = copies.first, first.target != nil else { return copies }
        let table = CopyTable(transaction)
        let waits = try copies.map { try table.hasTimeBased(of: $0.sourceSnapshotID, in: $0.sourceRegion) }
        var shares = copies.map(needed)
        if !isWithinRegion(first) {
            let quota = try quota(for: first)
            _ = try quota.admit(shares)
            shares = quota.share(zip(shares, waits).map { $1 ? .zero : $0 })
        }
        return copies.indices.map { index in
            var copy = copies[index]
            if !waits[index] { copy.startClock(at: now, setAside: shares[index]) }
            return copy
        }
    }

    /// Starts the minutes of those of some copies that have waited for an earlier one of the same snapshot, and need to no more.
    func startClocks(of ids: Set<CopyID>, at now: Date) throws {
        let table = CopyTable(transaction)
        for var copy in try table.readyForClock() where ids.contains(copy.id) {
            let needed = needed(copy)
            let share = isWithinRegion(copy) ? needed : try quota(for: copy).share([needed]).first
            copy.startClock(at: now, setAside: share ?? .zero)
            try table.saveTarget(of: copy)
        }
    }

    private func quota(for copy: SnapshotCopy) throws -> TimeBasedQuota {
        let setAside = try CopyTable(transaction).setAside(from: copy.sourceRegion)
        let use = TimeBasedUse(byAccount: setAside[copy.account] ?? .zero, byAll: setAside.values.reduce(.zero, +))
        let pair = RegionPair(from: copy.sourceRegion, into: destination)
        return limits.availableToTimeBased(on: pair, setAside: use, granted: grants[copy.account])
    }

    /// Within a Region nothing moves, so everybody can have what he would need.
    private func isWithinRegion(_ copy: SnapshotCopy) -> Bool { copy.sourceRegion == destination }

    private func needed(_ copy: SnapshotCopy) -> Throughput {
        guard let target = copy.target else { return .zero }
        return TimeBasedRules.needed(dataBytes: copy.progress.bytesTotal, minutes: target.minutes)
    }
}
