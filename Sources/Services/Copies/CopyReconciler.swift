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
package struct CopyReconciler: Service {
    /// Copies that move bytes from one Region at the same time; the others wait in the order in which they were asked for.
    package static let runningPerSourceMax = 32
    static let leaseSeconds: TimeInterval = 30
    /// A lease is renewed when it has less than this left, whether its pump has something to report or not.
    private static let renewalSeconds: TimeInterval = 20
    private static let interval: Duration = .seconds(2)

    let store: RegionStore
    let deployment: Deployment
    let engine: CopyEngine
    let owner: String
    let logger: Logger
    let running = RunningCopies()

    package init(store: RegionStore, deployment: Deployment, engine: CopyEngine = CopyEngine()) {
        self.store = store
        self.deployment = deployment
        self.engine = engine
        owner = CopyID.random().rawValue
        var logger = deployment.logger
        logger[metadataKey: "region"] = "\(store.region)"
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    await step(in: &group)
                    await store.copiesPoke.wait(atMost: Self.interval)
                }
                group.cancelAll()
            }
        }
    }

    /// Keeps the leases of what runs, stops what is no longer wanted, and starts what may start.
    private func step(in group: inout DiscardingTaskGroup) async {
        do {
            let now = deployment.clock.now
            let until = now.addingTimeInterval(Self.leaseSeconds)
            let (wanted, leased) = try await store.database.write { transaction in
                let table = CopyTable(transaction)
                // Before anything is leased, so that a copy whose lease has run out under its pump takes no place of another.
                try renewLeases(at: now, until: until, in: table)
                return (Set(try table.leased(by: owner)), try lease(at: now, until: until, from: table))
            }
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
                logger.error("Looking for copies failed", metadata: ["error": "\(error)"])
            }
        }
    }

    /// A slow copy, or one that is held back, keeps its lease although it has nothing to report.
    private func renewLeases(at now: Date, until: Date, in table: CopyTable) throws {
        for id in running.leases(endingBefore: now.addingTimeInterval(Self.renewalSeconds)) {
            if try table.renewLease(of: id, owner: owner, until: until) { running.setLease(of: id, until: until) }
        }
    }

    private func lease(at now: Date, until: Date, from table: CopyTable) throws -> [SnapshotCopy] {
        let counts = running.countsBySource
        return try table.waitingSources(at: now).flatMap { source in
            let room = Self.runningPerSourceMax - counts[source, default: 0]
            return try table.lease(room, from: source, owner: owner, now: now, until: until)
        }
    }
}
