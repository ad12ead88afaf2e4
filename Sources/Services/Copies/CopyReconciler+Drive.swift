import Blocks
import Domain
import Foundation
import Logging
import Metadata
import Transfer

extension CopyReconciler {
    /// Copies one snapshot and saves how it ended. A copy that was cancelled or leased by another process meanwhile ends without a word.
    func drive(_ copy: SnapshotCopy, until stop: AsyncStream<Never>) async {
        var logger = logger
        logger[metadataKey: "copy"] = "\(copy.id)"
        logger[metadataKey: "snapshot"] = "\(copy.snapshotID)"
        logger[metadataKey: "source"] = "\(copy.sourceRegion)/\(copy.sourceSnapshotID)"
        do {
            // Keys that are checked late: the call knew that this would fail.
            if let reason = copy.reason {
                try await save(.failed(reason, isTemporary: false), of: copy.id)
                return
            }
            guard let source = deployment.regions[copy.sourceRegion], let link = inbound.links[copy.sourceRegion],
                let root = Digest(bytes: copy.sourceRoot)
            else {
                // The reconciler takes none whose source is not served.
                try await giveBackLease(of: copy.id)
                return
            }
            logger.info("Copying a snapshot")
            do {
                let flow = link.join(copy.account, pace: pace(of: copy))
                defer { flow.leave() }
                let progress = try await unlessStopped(by: stop, throwing: CopyNoLongerWanted()) {
                    try await reading("snapshot \(copy.sourceSnapshotID) in \(copy.sourceRegion)") {
                        try await pump(copy, root: root, from: source, flow)
                    }
                }
                if running.isNewlyLate(copy.id, at: deployment.clock.now) { warnOfLate(copy) }
                logger.info("Copied a snapshot", metadata: ["bytes": "\(progress.bytesTotal)", "moved": "\(progress.bytesMoved)"])
            } catch let error where !(error is CopyNoLongerWanted || error is CancellationError) {
                let failure = WorkFailure(error, of: copy, into: store.region)
                logger.warning("Copying a snapshot failed", metadata: .error(error, ["temporary": "\(failure.isTemporary)"]))
                // From here on the lease says when to try again.
                running.setLease(of: copy.id, until: nil)
                try await save(.failed(failure.reason, isTemporary: failure.isTemporary), of: copy.id)
            }
        } catch is CopyNoLongerWanted {
            logger.info("Stopped copying a snapshot")
        } catch is CancellationError {
            // The server stops: the lease is given back, and whoever starts next goes on.
            try? await giveBackLease(of: copy.id)
        } catch {
            // Nothing is lost: the row still says running, and its lease runs out.
            logger.error("Saving a copy failed", metadata: .error(error))
        }
    }

    /// Moves the bytes, and saves that they have arrived.
    private func pump(_ copy: SnapshotCopy, root: Digest, from region: RegionStore, _ flow: LinkFlow) async throws
        -> SnapshotCopy.Progress
    {
        let id = copy.snapshotID
        guard let snapshot = try await store.database.read({ try SnapshotTable($0).snapshot(id) }) else { throw CopyNoLongerWanted() }
        let (origin, destination) = (try await region.seal(copy.sourceDomain), try await store.seal(of: snapshot))
        let source = PacedSource(StoreSource(region.blocks, in: origin), over: flow)
        let before = copy.progress.bytesMoved
        let attempt = try await engine.copy(root, from: source, into: store.blocks, in: destination, space: inbound.space) { progress in
            flow.reached(progress.bytesDone)
            try await save(.progressed(progress.adding(bytesMovedBefore: before)), of: copy.id)
        } commit: { progress, address in
            let whole = progress.adding(bytesMovedBefore: before)
            try await save(.arrived(root: root.bytes, at: address.bytes, whole), of: copy.id)
        }
        return attempt.adding(bytesMovedBefore: before)
    }

    private func pace(of copy: SnapshotCopy) -> Pace? {
        guard let target = copy.target, let startedAt = target.startedAt else { return nil }
        let elapsed = deployment.clock.now.timeIntervalSince(startedAt)
        return Pace(setAside: target.setAside, elapsed: elapsed, bytesDone: copy.progress.bytesDone)
    }

    /// Saves an event and its effects in one transaction, and keeps the lease.
    private func save(_ event: SnapshotCopy.Event, of id: CopyID) async throws {
        let now = deployment.clock.now
        let until = now.addingTimeInterval(Self.leaseSeconds)
        try await store.database.write { transaction in
            let table = CopyTable(transaction)
            guard try table.renewLease(of: id, owner: owner, until: until), var copy = try table.copy(id), copy.state == .running
            else { throw CopyNoLongerWanted() }
            let effects = copy.handle(event)
            try CopyEffects(transaction: transaction, now: now).apply(effects, of: copy)
            if case .retryLater(let attempt)? = effects.first {
                try table.renewLease(of: id, owner: owner, until: now.addingTimeInterval(Double(1 << attempt)))
            }
        }
        running.setLease(of: id, until: until)
    }

    private func giveBackLease(of id: CopyID) async throws {
        // A cancelled task may not write to the database, so this runs in one of its own.
        try await Task {
            try await store.database.write { _ = try CopyTable($0).renewLease(of: id, owner: owner, until: .distantPast) }
        }.value
    }
}

/// The copy was cancelled, or its snapshot deleted, while its bytes were moving.
struct CopyNoLongerWanted: Error, CustomStringConvertible {
    var description: String { "the copy is no longer wanted" }
}
