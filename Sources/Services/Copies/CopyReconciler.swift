import Domain
import Foundation
import Logging
import Metadata
import ServiceLifecycle
import Transfer

/// Drives the copies into one Region to their end.
///
/// It takes no input: it looks for copies whose lease is free, does what is left of each, and saves. It runs at start, when poked and
/// every few seconds, so that going on after a crash is the same code as going on after a call.
package struct CopyReconciler: Service, CustomStringConvertible {
    /// Standard copies that move bytes from one Region at the same time, and as many time-based ones, which so never wait for them. In
    /// the queue behind, accounts take turns.
    package static let runningPerSourceMax = 32
    static let leaseSeconds: TimeInterval = 30
    /// A lease is renewed when it has less than this left, whether its pump has something to report or not.
    private static let renewalSeconds: TimeInterval = 20

    let store: RegionStore
    let deployment: Deployment
    let engine: CopyEngine
    let owner: String
    let logger: Logger
    let running = RunningCopies()
    package let inbound: Inbound
    private let interval: Duration

    /// - Parameter interval: how often it looks without being poked.
    package init(
        store: RegionStore,
        deployment: Deployment,
        engine: CopyEngine = CopyEngine(),
        clock: SteadyClock = .system,
        interval: Duration = .seconds(2)
    ) {
        self.store = store
        self.deployment = deployment
        self.engine = engine
        self.interval = interval
        owner = CopyID.random().rawValue
        logger = deployment.logger(of: store)
        inbound = Inbound(into: store.region, of: deployment, clock: clock)
    }

    /// As the log of services names it.
    package var description: String { "copies into \(store.region)" }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await tellOfAbsentSources()
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    await step(in: &group)
                    await store.copiesPoke.wait(atMost: interval)
                }
                group.cancelAll()
            }
        }
    }

    /// Copies whose source Region is not served now wait until it is again: says so in their snapshots and in the log.
    private func tellOfAbsentSources() async {
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
            if !(error is CancellationError) { logger.error("Looking for copies that wait failed", metadata: .error(error)) }
        }
    }

    /// Keeps the leases of what runs, stops what is no longer wanted, and starts what may start.
    private func step(in group: inout DiscardingTaskGroup) async {
        do {
            let now = deployment.clock.now
            let until = now.addingTimeInterval(Self.leaseSeconds)
            let late = running.newlyLate(at: now)
            let (renewed, shown, wanted, leased) = try await store.database.write { transaction in
                let table = CopyTable(transaction)
                // Before anything is leased, so that a copy whose lease has run out under its pump takes no place of another.
                let renewed = try renewLeases(at: now, until: until, in: table)
                let shown = try show(late, at: now, in: transaction)
                try TimeBasedAdmission(transaction: transaction, destination: store.region, limits: deployment.limits).startClocks(at: now)
                return (renewed, shown, Set(try table.leased(by: owner)), try lease(at: now, until: until, from: table))
            }
            // A transaction may run more than once: this is done once, when it is committed.
            for id in renewed { running.setLease(of: id, until: until) }
            for copy in shown { warnOfLate(copy) }
            running.stopAll(but: wanted)
            for copy in leased {
                guard let stop = running.start(copy, leaseUntil: until) else { continue }
                group.addTask {
                    await drive(copy, until: stop)
                    running.end(copy.id)
                    store.copiesPoke()
                }
            }
        } catch {
            if !(error is CancellationError) {
                logger.error("Looking for copies failed", metadata: .error(error))
            }
        }
    }

    /// A slow copy, or one that is held back, keeps its lease although it has nothing to report.
    private func renewLeases(at now: Date, until: Date, in table: CopyTable) throws -> [CopyID] {
        try running.leases(endingBefore: now.addingTimeInterval(Self.renewalSeconds)).filter { id in
            try table.renewLease(of: id, owner: owner, until: until)
        }
    }

    private func lease(at now: Date, until: Date, from table: CopyTable) throws -> [SnapshotCopy] {
        var leased: [SnapshotCopy] = []
        for source in try table.waitingSources(at: now) where deployment.regions[source] != nil {
            for type in [TransferType.timeBased, .standard] {
                let room = Self.runningPerSourceMax - running.count(of: type, from: source)
                leased += try table.lease(room, of: type, from: source, owner: owner, now: now, until: until)
            }
        }
        return leased
    }

    /// Writes into the snapshots of copies that their time is over, for those that have nothing else to report.
    private func show(_ late: [CopyID], at now: Date, in transaction: Transaction) throws -> [SnapshotCopy] {
        try late.compactMap { id in
            guard let copy = try CopyTable(transaction).copy(id), copy.state == .running else { return nil }
            try CopyEffects(transaction: transaction, now: now).apply([.showProgress(copy.progress)], of: copy)
            return copy
        }
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
