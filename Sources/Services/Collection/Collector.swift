import Blocks
import Domain
import Foundation
import Logging
import Metadata
import ServiceLifecycle
import Synchronization

/// Frees what a Region's rows no longer refer to.
///
/// It takes no input: deletions, failures and cancellations leave rows, and a round runs when one of them is old enough and the last
/// round is long enough ago. What was left when the process ended is found at the next start.
package struct Collector: Service, CustomStringConvertible {
    private static let interval: Duration = .seconds(2)

    /// When a region's garbage is collected.
    package struct Schedule: Sendable {
        /// The shortest time between two rounds, in seconds.
        package var pause: TimeInterval
        /// How long what was released is kept, in seconds: a copy reads its source's row a moment before it writes its own.
        package var grace: TimeInterval

        package init(pause: TimeInterval = 300, grace: TimeInterval = 60) {
            self.pause = pause
            self.grace = grace
        }
    }

    private let store: RegionStore
    private let deployment: Deployment
    private let schedule: Schedule
    private let logger: Logger
    private let lastEnd = LastEnd()
    private let duty: Duty

    package init(store: RegionStore, deployment: Deployment, schedule: Schedule = Schedule()) {
        self.store = store
        self.deployment = deployment
        self.schedule = schedule
        logger = deployment.logger(of: store)
        duty = Duty("collection", in: store.database, clock: deployment.clock)
    }

    /// As the log of services names it.
    package var description: String { "garbage of \(store.region)" }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await noteWhatACrashLeft()
            while !Task.isCancelled {
                await step()
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// Collects when there is something to collect and it is time.
    package func step() async {
        do {
            let now = deployment.clock.now
            let old = now.addingTimeInterval(-schedule.grace)
            // On a full disk nobody can store anything until something is freed.
            let isFull = try await store.blocks.room() < BlockSize.bytes
            let pause = isFull ? min(schedule.pause, schedule.grace) : schedule.pause
            if let last = lastEnd.date, now < last.addingTimeInterval(pause) { return }
            guard try await store.database.read({ try ReleaseTable($0).hasAny(until: old) }) else { return }
            defer { lastEnd.date = deployment.clock.now }
            guard try await duty.perform({ _ = try await collect() }) != nil else {
                return logger.debug("Another process collects garbage")
            }
        } catch {
            if error is BackupRuns { return logger.info("Garbage will be collected when the running backup has ended") }
            if !(error is CancellationError) { logger.error("Collecting garbage failed", metadata: .error(error)) }
        }
    }

    /// Runs a round now. What was released within the grace period stays.
    package func collect() async throws -> CollectionReport {
        let old = deployment.clock.now.addingTimeInterval(-schedule.grace)
        // Sooner than the packs would be gone that a backup copies.
        let hold = try deployment.folder.map { folder in try HeldRemovals(folder) }
        defer { hold?.release() }
        let guardian = CollectionGuard(store: store, deployment: deployment)
        try await guardian.check()
        let absent = try guardian.absentRegions()
        try await guardian.checkWholeness(of: absent)
        let roots = CollectionRoots(store: store, regions: Array(deployment.regions.values), absent: absent, releasedAfter: old)
        let report = try await CollectionRound(store: store.blocks).run { marker in
            try await guardian.begin(marker)
            try await roots.mark(marker)
            try await guardian.check()
        }
        try await store.database.write { try ReleaseTable($0).remove(until: old) }
        logger.info("Collected garbage", metadata: Self.metadata(report))
        if let first = report.packsKept.first { warn(of: first, report) }
        return report
    }

    /// Frames that a crash left behind the indexed ends of packs belong to writes that nobody was told of: most are garbage.
    private func noteWhatACrashLeft() async {
        guard store.blocks.recovery.framesIndexed > 0 else { return }
        let now = deployment.clock.now
        do {
            try await store.database.write { try ReleaseTable($0).insert(root: nil, at: now) }
        } catch {
            logger.error("Looking for what a crash left behind failed", metadata: .error(error))
        }
    }

    private func warn(of first: KeptPack, _ report: CollectionReport) {
        logger.warning(
            """
            Packs are kept in which frames may stand that live disks or objects need and the index does not have. `ferry scrub` names \
            what is hurt; with the server stopped `ferry rebuild-index` finds what can be read again, and `ferry scrub --repair` brings \
            what another Region has. Deleting what is hurt frees the packs, too
            """,
            metadata: [
                "frames_missing": "\(report.framesMissing)",
                "packs_kept": "\(report.packsKept.count)",
                "pack": "\(first.pack)",
                "bytes": "\(first.bytes)",
                "cause": "\(first.cause)",
            ]
        )
    }

    private static func metadata(_ report: CollectionReport) -> Logger.Metadata {
        [
            "frames": "\(report.framesRemoved)",
            "bytes": "\(report.bytesRemoved)",
            "packs_removed": "\(report.packsRemoved)",
            "packs_rewritten": "\(report.packsRewritten)",
            "bytes_rewritten": "\(report.bytesRewritten)",
            "bytes_given_back": "\(report.bytesGivenBack)",
            "frames_unreadable": "\(report.framesUnreadable)",
            "packs_without_room": "\(report.packsWithoutRoom)",
            "packs_punched": "\(report.packsPunched)",
            "packs_kept": "\(report.packsKept.count)",
        ]
    }
}

/// When the last round ended.
private final class LastEnd: Sendable {
    private let value = Mutex<Date?>(nil)

    var date: Date? {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}
