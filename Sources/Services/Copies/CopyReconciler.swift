import Blocks
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
    private static let interval: Duration = .seconds(2)
    private static let leaseSeconds: TimeInterval = 30

    private let store: RegionStore
    private let deployment: Deployment
    private let engine: CopyEngine
    private let owner: String
    private let logger: Logger

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
                let running = RunningCopies()
                while !Task.isCancelled {
                    await step(running, in: &group)
                    await store.copiesPoke.wait(atMost: Self.interval)
                }
                group.cancelAll()
            }
        }
    }

    /// Starts what may start, and stops what is no longer wanted.
    private func step(_ running: RunningCopies, in group: inout DiscardingTaskGroup) async {
        do {
            let now = deployment.clock.now
            let owner = owner
            let counts = running.countsBySource
            let leased = try await store.database.write { transaction in
                let table = CopyTable(transaction)
                return try table.waitingSources(at: now).flatMap { source in
                    let room = Self.runningPerSourceMax - counts[source, default: 0]
                    return try table.lease(room, from: source, owner: owner, now: now, until: now.addingTimeInterval(Self.leaseSeconds))
                }
            }
            for copy in leased where running.start(copy) {
                group.addTask {
                    await drive(copy)
                    running.end(copy)
                    store.copiesPoke()
                }
            }
        } catch {
            if !(error is CancellationError) {
                logger.error("Looking for copies failed", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Copies one snapshot and saves how it ended. A copy that was cancelled or leased by another process meanwhile ends without a word.
    private func drive(_ copy: SnapshotCopy) async {
        var logger = logger
        logger[metadataKey: "copy"] = "\(copy.id)"
        logger[metadataKey: "snapshot"] = "\(copy.snapshotID)"
        logger[metadataKey: "source"] = "\(copy.sourceRegion)/\(copy.sourceSnapshotID)"
        do {
            guard let source = deployment.regions[copy.sourceRegion], let root = Digest(bytes: copy.sourceRoot) else {
                try await save(.failed(unreachable(copy), isTemporary: false), of: copy.id)
                return
            }
            logger.info("Copying a snapshot")
            do {
                let before = copy.progress.bytesMoved
                let attempt = try await engine.copy(root, from: StoreSource(source.blocks), into: store.blocks) { progress in
                    try await save(.progressed(progress.adding(bytesMovedBefore: before)), of: copy.id)
                }
                let progress = attempt.adding(bytesMovedBefore: before)
                try await save(.arrived(root: root.bytes, progress), of: copy.id)
                logger.info("Copied a snapshot", metadata: ["bytes": "\(progress.bytesTotal)", "moved": "\(progress.bytesMoved)"])
            } catch let error where !(error is CopyNoLongerWanted || error is CancellationError) {
                let failure = CopyFailure(error, of: copy, into: store.region)
                logger.warning("Copying a snapshot failed", metadata: ["error": "\(error)", "temporary": "\(failure.isTemporary)"])
                try await save(.failed(failure.reason, isTemporary: failure.isTemporary), of: copy.id)
            }
        } catch is CopyNoLongerWanted {
            logger.info("Stopped copying a snapshot")
        } catch is CancellationError {
            // The server stops: the lease is given back, and whoever starts next goes on.
            try? await giveBackLease(of: copy.id)
        } catch {
            // Nothing is lost: the row still says running, and its lease runs out.
            logger.error("Saving a copy failed", metadata: ["error": "\(error)"])
        }
    }

    /// Saves an event and its effects in one transaction, and keeps the lease.
    private func save(_ event: SnapshotCopy.Event, of id: CopyID) async throws {
        let now = deployment.clock.now
        let owner = owner
        try await store.database.write { transaction in
            let table = CopyTable(transaction)
            guard try table.renewLease(of: id, owner: owner, until: now.addingTimeInterval(Self.leaseSeconds)),
                var copy = try table.copy(id), copy.state == .running
            else { throw CopyNoLongerWanted() }
            let effects = copy.handle(event)
            try CopyEffects(transaction: transaction, now: now).apply(effects, of: copy)
            if case .retryLater(let attempt)? = effects.first {
                try table.renewLease(of: id, owner: owner, until: now.addingTimeInterval(Double(1 << attempt)))
            }
        }
    }

    private func giveBackLease(of id: CopyID) async throws {
        let owner = owner
        // A cancelled task may not write to the database, so this runs in one of its own.
        try await Task {
            try await store.database.write { _ = try CopyTable($0).renewLease(of: id, owner: owner, until: .distantPast) }
        }.value
    }

    private func unreachable(_ copy: SnapshotCopy) -> StateReason {
        StateReason(code: "Client.InvalidParameterValue", message: "The source Region \(copy.sourceRegion) is not served by this Ferry")
    }
}

/// The copy was cancelled, or its snapshot deleted, while its bytes were moving.
private struct CopyNoLongerWanted: Error {}
