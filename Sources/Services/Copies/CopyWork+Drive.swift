import Blocks
import Domain
import Foundation
import Logging
import Metadata
import Transfer

extension CopyWork {
    /// Copies one snapshot and saves how it ended.
    func drive(_ copy: SnapshotCopy, under lease: HeldLease, until stop: AsyncStream<Never>) async throws {
        var logger = logger
        logger[metadataKey: "copy"] = "\(copy.id)"
        logger[metadataKey: "snapshot"] = "\(copy.snapshotID)"
        logger[metadataKey: "source"] = "\(copy.sourceRegion)/\(copy.sourceSnapshotID)"
        defer { late.forget(copy.id) }
        do {
            try await drive(copy, under: lease, until: stop, logger)
        } catch is NoLongerWanted {
            // Also of one that has failed meanwhile: what it failed of is nobody's business any more.
            logger.info("Stopped copying a snapshot")
            throw NoLongerWanted()
        }
    }

    private func drive(_ copy: SnapshotCopy, under lease: HeldLease, until stop: AsyncStream<Never>, _ logger: Logger) async throws {
        // Keys that are checked late: the call knew that this would fail.
        if let reason = copy.reason { return try await fail(copy, reason, isTemporary: false, lease) }
        guard let source = deployment.regions[copy.sourceRegion], let link = inbound.links[copy.sourceRegion],
            let root = Digest(bytes: copy.sourceRoot)
        else {
            // None is taken whose source is not served.
            throw NoLongerWanted()
        }
        logger.info("Copying a snapshot")
        do {
            let flow = link.join(copy.account, pace: pace(of: copy))
            defer { flow.leave() }
            let progress = try await unlessStopped(by: stop, throwing: NoLongerWanted()) {
                try await reading("snapshot \(copy.sourceSnapshotID) in \(copy.sourceRegion)") {
                    try await pump(copy, root: root, from: source, flow, lease)
                }
            }
            if late.isNew(copy, at: deployment.clock.now) { warnOfLate(copy) }
            logger.info("Copied a snapshot", metadata: ["bytes": "\(progress.bytesTotal)", "moved": "\(progress.bytesMoved)"])
        } catch let error where !(error is NoLongerWanted || error is CancellationError) {
            let isManagement = (try? await deployment.isManagement(copy.account)) ?? false
            let failure = WorkFailure(error, of: copy, into: store.region, tellsNeed: isManagement)
            logger.warning("Copying a snapshot failed", metadata: .error(error, ["temporary": "\(failure.isTemporary)"]))
            try await fail(copy, failure.reason, isTemporary: failure.isTemporary, lease)
        }
    }

    /// Moves the bytes, and saves that they have arrived.
    private func pump(_ copy: SnapshotCopy, root: Digest, from region: RegionStore, _ flow: LinkFlow, _ lease: HeldLease)
        async throws -> SnapshotCopy.Progress
    {
        let (id, began) = (copy.snapshotID, deployment.clock.now)
        guard let snapshot = try await store.database.read({ try SnapshotTable($0).snapshot(id) }) else { throw NoLongerWanted() }
        let (origin, destination) = (try await region.seal(copy.sourceDomain), try await store.seal(of: snapshot))
        let source = PacedSource(StoreSource(region.blocks, in: origin), over: flow)
        let (before, isManagement) = (copy.progress.bytesMoved, try await deployment.isManagement(copy.account))
        let attempt = try await engine.copy(root, from: source, into: store.blocks, in: destination, space: inbound.space) { progress in
            flow.reached(progress.bytesDone)
            let now = deployment.clock.now
            let whole = progress.adding(bytesMovedBefore: before)
            try await lease.save { try handle(.progressed(whole), of: copy.id, begun: began, at: now, in: $0) }
        } commit: { progress, address in
            let now = deployment.clock.now
            let whole = progress.adding(bytesMovedBefore: before)
            try await lease.finish { transaction in
                let event = SnapshotCopy.Event.arrived(root: root.bytes, at: address.bytes, whole)
                try handle(event, of: copy.id, begun: began, isManagement: isManagement, at: now, in: transaction)
            }
        }
        return attempt.adding(bytesMovedBefore: before)
    }

    private func pace(of copy: SnapshotCopy) -> Pace? {
        guard let target = copy.target, let startedAt = target.startedAt else { return nil }
        let elapsed = deployment.clock.now.timeIntervalSince(startedAt)
        return Pace(setAside: target.setAside, elapsed: elapsed, bytesDone: copy.progress.bytesDone)
    }

    private func fail(_ copy: SnapshotCopy, _ reason: StateReason, isTemporary: Bool, _ lease: HeldLease) async throws {
        let now = deployment.clock.now
        try await lease.finish { try handle(.failed(reason, isTemporary: isTemporary, at: now), of: copy.id, at: now, in: $0) }
    }

    /// Takes an event and carries out its effects.
    private func handle(
        _ event: SnapshotCopy.Event,
        of id: CopyID,
        begun: Date? = nil,
        isManagement: Bool = false,
        at now: Date,
        in transaction: Transaction
    ) throws {
        guard var copy = try CopyTable(transaction).copy(id), copy.state == .running else { throw NoLongerWanted() }
        if let begun { copy.begin(at: begun) }
        let effects = copy.handle(event)
        try CopyEffects(transaction: transaction, now: now, isManagement: isManagement).apply(effects, of: copy)
    }
}
