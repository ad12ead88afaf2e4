import Blocks
import Domain
import Foundation
import Metadata

/// Moves what a snapshot alone needs into packs of its own, compressed as small as is reasonable (docs/behaviour/snapshot-archive.md).
///
/// What others need stays where it is. Who needs what is counted as `ferry du` does; what changes meanwhile costs space and nothing else, since
/// every block can be read from wherever it stands. Cut off, it goes on with what is not in such a pack yet.
struct SnapshotArchivalRunner: JobRunner {
    /// Of zstd. Higher ones take several times as long for a few percent.
    private static let level = 15

    let job: Job
    let work: SnapshotArchival
    let tools: JobTools

    func run(_ progress: JobProgress) async throws -> JobEnding {
        let snapshot = try await tools.tiered(work.snapshot)
        let seal = try await tools.store.seal(of: snapshot)
        try await tools.counts.use(
            for: snapshot.id,
            asked: job.createdAt,
            at: tools.deployment.clock.now,
            fill: { [tools] in _ = try await tools.count(in: $0).fill() },
            isAwaited: { [job, tools] date in
                try await tools.store.database.read { try JobTable($0).hasAny(job.work.kind, besides: job.id, asked: date) }
            }
        ) { try await move(from: $0, in: seal, progress) }
        let now = tools.deployment.clock.now
        return JobEnding { [id = work.snapshot] in try Self.end(id, at: now, in: $0) }
    }

    /// - Parameter table: says which blocks the snapshot alone holds.
    private func move(from table: Database, in seal: SealDomain, _ progress: JobProgress) async throws {
        let (store, id) = (tools.store, work.snapshot)
        let kind = Int64(FrameKind.block.rawValue)
        let total = try await table.read { try UsageTable($0).aloneCount(id, kind: kind) } * Int64(BlockSize.bytes)
        var (last, done) = (Int64(0), Int64(0))
        while true {
            let after = last
            let batch = try await table.read {
                try UsageTable($0).alone(id, kind: kind, after: after, limit: BlockStore.blocksOfOwnPack)
            }
            guard let end = batch.last?.number else { return }
            last = end
            let own = Set(try await store.database.read { try SnapshotTieringTable($0).packs(of: id) }.compactMap { PackID(bytes: $0) })
            let places = try await store.blocks.maps.frames(batch.compactMap { Digest(bytes: $0.address) })
            let left = places.filter { !own.contains($0.value.pack) }.keys.sorted()
            done += Int64(batch.count - left.count) * Int64(BlockSize.bytes)
            guard !left.isEmpty else { continue }
            try await store.blocks.moveToOwnPack(left, in: seal.id, level: Self.level) { pack in
                try await progress.write { try SnapshotTieringTable($0).add(pack: pack.bytes, of: id) }
            } progress: { bytes in
                done += bytes
                try await progress.report(done, of: total)
            }
        }
    }

    private static func end(_ id: SnapshotID, at now: Date, in transaction: Transaction) throws {
        let table = SnapshotTieringTable(transaction)
        guard let snapshot = try SnapshotTable(transaction).stored(id), var tiering = try table.tiering(of: id) else {
            throw NoLongerWanted()
        }
        // An image may have been made of it meanwhile.
        try Snapshots.requireUnused(snapshot, in: transaction)
        tiering.complete(at: now)
        try table.set(tiering)
        try Snapshots.enterArchive(id, in: transaction)
        // The frames that were moved are dead where they stood.
        try ReleaseTable(transaction).insert(root: nil, at: now)
    }

    func undo() async throws { try await tools.failTiering(of: work.snapshot, because: job.message) }
}

extension JobTools {
    /// Who holds which blocks of the Region, as soon as it is filled.
    fileprivate func count(in table: Database) -> UsageCount {
        let regions = deployment.regions.values.map { (region: $0.region, rows: $0.database, maps: $0.blocks.maps) }
        return UsageCount(
            region: store.region,
            rows: store.database,
            maps: store.blocks.maps,
            others: regions.sorted { $0.region < $1.region },
            table: table
        )
    }

    /// A snapshot whose tier changes, in the Recycle Bin or not.
    func tiered(_ id: SnapshotID) async throws -> Snapshot {
        guard let snapshot = try await store.database.read({ try SnapshotTable($0).stored(id) }) else { throw NoLongerWanted() }
        return snapshot
    }

    /// Notes that a change of tier has failed. What was moved stays where it is: it is read from there as well.
    func failTiering(
        of id: SnapshotID,
        because reason: String,
        also: @escaping @Sendable (Transaction) throws -> Void = { _ in }
    ) async throws {
        let now = deployment.clock.now
        try await store.database.write { transaction in
            let table = SnapshotTieringTable(transaction)
            guard var tiering = try table.tiering(of: id) else { return }
            tiering.fail(reason)
            try table.set(tiering)
            try also(transaction)
            try ReleaseTable(transaction).insert(root: nil, at: now)
        }
    }
}
