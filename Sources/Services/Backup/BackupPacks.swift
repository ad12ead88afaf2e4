import Blocks
import Domain
import Foundation
import Metadata

/// Copies the packs of a backup, reads a part of the earlier copies back, and opens the frames of what is new.
struct BackupPacks: Sendable {
    struct Outcome: Sendable {
        var packs: [BackupManifest.Pack] = []
        var bytesCopied: Int64 = 0
        var remarks: [String] = []
        /// Damaged in the backup, and not mended.
        var unmended: [String] = []
        /// Damaged before it was copied.
        var hurt: [String] = []
        /// The frames of that, by Region.
        var damaged: [String: Set<Digest>] = [:]
    }

    /// As much of the packs as this, one in so many, is read back by each run.
    private static let readBackShare: Int64 = 10
    /// A disk that fails damages many frames: so many are named.
    private static let namedFrames = 20

    let folder: DataFolder
    let target: BackupFolder
    /// The folder of the copied databases.
    let databases: String
    let before: BackupManifest?
    /// Reads everything back, and opens all frames.
    let checksAll: Bool
    let now: Date
    let seals: [Region: SealDomains]
    let pool: DiskPool
    let say: @Sendable (String) -> Void

    func run(_ regions: [Region]) async throws -> Outcome {
        var outcome = Outcome()
        let earlier = Dictionary((before?.packs ?? []).map { ($0.key, $0) }) { $1 }
        let due = due
        for region in regions {
            let into = target.packs(region.rawValue)
            try BackupFolder.makeFolder(target.path + "/packs")
            try BackupFolder.makeFolder(into)
            let path = "\(databases)/regions/\(region)/index.sqlite"
            let index = FileIdentity(path) == nil ? nil : SQLFrameIndex(try Database(reading: path, schema: .frameIndex))
            defer { try? index?.database.close() }
            var packs: [BackupManifest.Pack] = []
            for name in try names(of: region, index) {
                let known = earlier["\(region)/\(name)"]
                say("\(region): copying the pack \(name)")
                guard let done = try await copy(name, of: region, index).run(earlier: known, isDue: due.contains("\(region)/\(name)"))
                else { continue }
                packs.append(done.pack)
                outcome.bytesCopied += done.bytesCopied
                if let remark = done.remark { outcome.remarks.append(remark) }
                if let unmended = done.unmended { outcome.unmended.append(unmended) }
            }
            try DataFolder.sync(into)
            if let index {
                say("\(region): checking the frames of what is new")
                try await openFrames(of: &packs, of: region, index, &outcome)
            }
            outcome.packs += packs
        }
        try DataFolder.sync(target.path + "/packs")
        return outcome
    }

    /// The copies that are read back although nothing is new: those that are damaged, and for a part those that were not for the longest.
    private var due: Set<String> {
        let packs = before?.packs ?? []
        if checksAll { return Set(packs.map(\.key)) }
        var due = Set(packs.filter { $0.isDamaged == true }.map(\.key))
        var left = packs.reduce(0) { $0 + $1.bytes } / Self.readBackShare
        let oldestFirst = packs.filter { !due.contains($0.key) }
            .sorted { ($0.readAt ?? .distantPast, $0.key) < ($1.readAt ?? .distantPast, $1.key) }
        for pack in oldestFirst {
            due.insert(pack.key)
            left -= pack.bytes
            if left <= 0 { break }
        }
        return due
    }

    /// The packs of the data folder, and those of the backup that the index still names frames in.
    private func names(of region: Region, _ index: SQLFrameIndex?) throws -> [String] {
        let there = try BackupFolder.names(in: folder.packs(region)).filter { PackID(fileName: $0) != nil }
        let kept = (before?.packs ?? []).filter { $0.region == region.rawValue }.map(\.name)
        guard let index else { return Set(there + kept).sorted() }
        let named = try index.database.blockingRead { try FrameTable($0).ends() }.compactMap { PackID(bytes: $0.pack)?.fileName }
        return Set(there).union(Set(kept).intersection(named)).sorted()
    }

    private func copy(_ name: String, of region: Region, _ index: SQLFrameIndex?) -> PackCopy {
        let (from, pool, seals) = (folder.packs(region), pool, seals[region] ?? SealDomains())
        return PackCopy(region: region, name: name, from: from, into: target.packs(region.rawValue), now: now, pool: pool) {
            guard let index, let id = PackID(fileName: name) else { return false }
            let report = try await Scrub(storage: LocalPackStorage(path: from), index: index, pool: pool, domains: seals).run(from: [id: 0])
            return report.isClean && report.lockedFrames == 0
        }
    }

    /// Opens the frames, in the copies, that no run has opened before. What stays damaged is looked at again by each run.
    private func openFrames(
        of packs: inout [BackupManifest.Pack],
        of region: Region,
        _ index: SQLFrameIndex,
        _ outcome: inout Outcome
    ) async throws {
        let lengths = try await pool.run { try index.indexedLengths() }
        let checked = Dictionary(uniqueKeysWithValues: packs.map { ($0.name, UInt64(clamping: checksAll ? 0 : $0.checkedTo ?? 0)) })
        let starts = Dictionary(uniqueKeysWithValues: lengths.keys.map { ($0, checked[$0.fileName] ?? 0) })
            .filter { $0.value < lengths[$0.key] ?? 0 }
        let storage = LocalPackStorage(path: target.packs(region.rawValue))
        let report = try await Scrub(storage: storage, index: index, pool: pool, domains: seals[region] ?? SealDomains()).run(from: starts)
        let hurt = Set(report.damages.map(\.pack))
        for place in packs.indices {
            guard let id = PackID(fileName: packs[place].name), starts[id] != nil else { continue }
            packs[place].checkedTo = hurt.contains(id) ? nil : lengths[id].map { Int64(clamping: $0) }
        }
        outcome.damaged[region.rawValue] = report.damagedAddresses
        outcome.hurt += report.damages.prefix(Self.namedFrames).map { "\(region): \(Maintenance.text(of: $0))" }
        let more = report.damages.count - Self.namedFrames
        if more > 0 { outcome.hurt.append("\(region): \(more) more frames are damaged") }
        if report.lockedFrames > 0 {
            outcome.remarks.append(
                "\(region): \(report.lockedFrames) new frames could not be opened, because their keys are unavailable:"
                    + " only their headers and lengths were checked"
            )
        }
    }
}
