import Domain
import Foundation
import Logging
import Metadata
import Transfer

/// The copies into a Region, as a reconciler drives them: which are next, and what belongs to each round. How one is driven:
/// CopyWork+Drive.swift.
struct CopyWork: LongWork {
    let name = "copies"
    let rows = LeasedRows.copies

    let store: RegionStore
    let deployment: Deployment
    let engine: CopyEngine
    let inbound: Inbound
    let logger: Logger
    let late = LateCopies()

    /// Copies whose source Region is not served now wait until it is again: says so in their snapshots and in the log.
    func start() async {
        do {
            let (now, served) = (deployment.clock.now, Set(deployment.regions.keys))
            let waiting = try await store.database.write { transaction in
                let waiting = try CopyTable(transaction).running(notFrom: served)
                for copy in waiting {
                    let message = copy.waitingMessage(at: now)
                    try SnapshotTable(transaction).setProgress(percent: copy.progress.percent, message: message, of: copy.snapshotID)
                }
                return waiting
            }
            for (source, copies) in Dictionary(grouping: waiting, by: \.sourceRegion) {
                logger.warning(
                    "Copies wait for a Region that is not served: name it in --regions again",
                    metadata: ["source": "\(source)", "copies": "\(copies.count)"]
                )
            }
        } catch {
            if !(error is CancellationError) { logger.error("Looking for waiting copies failed", metadata: .error(error)) }
        }
    }

    /// Starts the minutes of time-based copies whose turn has come, and tells of those that have become late.
    func prepare(for running: [SnapshotCopy], at now: Date) async throws {
        let newlyLate = running.filter { late.isNew($0, at: now) }.map(\.id).sorted()
        let ready = try await store.database.read { try CopyTable($0).readyForClock() }
        guard !ready.isEmpty || !newlyLate.isEmpty else { return }
        let grants = try await deployment.timeBasedGrants(to: Set(ready.map(\.account)), in: store.region)
        let shown = try await store.database.write { transaction in
            let admission = TimeBasedAdmission(
                transaction: transaction,
                destination: store.region,
                limits: deployment.limits,
                grants: grants
            )
            // What is ready only since then waits for the next look: what its account was granted is not known.
            try admission.startClocks(of: Set(ready.map(\.id)), at: now)
            return try newlyLate.compactMap { try showLate($0, at: now, in: transaction) }
        }
        for copy in shown { warnOfLate(copy) }
    }

    /// Writes into the snapshot of a copy that its time is over, for a copy that has nothing else to report.
    private func showLate(_ id: CopyID, at now: Date, in transaction: Transaction) throws -> SnapshotCopy? {
        guard let copy = try CopyTable(transaction).copy(id), copy.state == .running else { return nil }
        try CopyEffects(transaction: transaction, now: now).apply([.showProgress(copy.progress)], of: copy)
        return copy
    }

    func hasAny(in transaction: Transaction) throws -> Bool { try CopyTable(transaction).hasRunning() }

    func waiting(beside running: [SnapshotCopy], at now: Date, in transaction: Transaction) throws -> [SnapshotCopy] {
        let table = CopyTable(transaction)
        var waiting: [SnapshotCopy] = []
        for source in try table.waitingSources(at: now) where deployment.regions[source] != nil {
            for type in [TransferType.timeBased, .standard] {
                let busy = running.count { $0.sourceRegion == source && $0.transferType == type }
                waiting += try table.waiting(CopyReconciler.runningPerSourceMax - busy, of: type, from: source, at: now)
            }
        }
        return waiting
    }

    func wanted(of owner: String, in transaction: Transaction) throws -> Set<CopyID> {
        Set(try CopyTable(transaction).leased(by: owner))
    }

    func warnOfLate(_ copy: SnapshotCopy) {
        logger.warning(
            "A time-based copy is late",
            metadata: [
                "copy": "\(copy.id)", "snapshot": "\(copy.snapshotID)", "source": "\(copy.sourceRegion)/\(copy.sourceSnapshotID)",
                "due": "\(copy.target?.dueAt.map(ISO8601.text) ?? "")",
                "bytes": "\(copy.progress.bytesTotal)", "done": "\(copy.progress.bytesDone)",
            ]
        )
    }
}
