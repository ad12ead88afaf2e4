import Blocks
import Domain
import Metadata

extension Maintenance {
    /// Reads and checks every stored byte of a Region, and finds the snapshots that need what is damaged. Changes nothing.
    ///
    /// With `repairing`, damage is mended first from the other Regions of the folder that have the same bytes whole. The caller holds
    /// the folder's lock then.
    package func scrub(_ region: Region, repairing: Bool = false, rootKey: RootKeySource = .dataFolder) async throws -> Scrubbed {
        try await withPool { pool in
            let index = try index(of: region)
            let path = folder.regionFolder(region)
            let seals = try await seals(of: region, rootKey: rootKey)
            let report = try await Scrub(folder: path, index: index, pool: pool, domains: seals).run()
            var damaged = report.damages
            if repairing {
                let others = try folder.regions().filter { $0 != region }
                let sources = try others.map { Repair.Source(folder: folder.regionFolder($0), index: try self.index(of: $0)) }
                // Also when nothing is damaged: what was doubted for a fault that has passed is trusted again.
                damaged = try await Repair(folder: path, index: index, pool: pool, domains: seals, sources: sources).run(damaged).lost
            }
            let walk = MapWalk(folder: path, index: index, pool: pool, domains: seals, damaged: Set(damaged.compactMap(\.address)))
            return Scrubbed(
                packs: report.packs,
                frames: report.frames,
                damages: report.damages.map(Self.text),
                lockedFrames: report.lockedFrames,
                mended: report.damages.count - damaged.count,
                hurtSnapshots: try await hurtSnapshots(of: region, walk)
            )
        }
    }

    /// The snapshots of a Region that need a frame that the walk finds damaged or missing.
    func hurtSnapshots(of region: Region, _ walk: MapWalk) async throws -> [HurtSnapshot] {
        let database = try Database(path: folder.regionDatabase(region), schema: .region)
        var hurt: [HurtSnapshot] = []
        var last: SnapshotID?
        while true {
            let after = last
            let page = try await database.read { try RootTable($0).snapshots(after: after, limit: 256) }
            for (id, root, _) in page {
                guard let root = Digest(bytes: root) else { continue }
                // One walk a snapshot: each is named, however much it shares with others.
                let findings = try await walk.run([MapWalk.Root(digest: root, name: id.rawValue)])
                guard let first = findings.first else { continue }
                // Deleted meanwhile, its blocks may be collected.
                guard try await database.read({ try SnapshotTable($0).snapshot(id) }) != nil else { continue }
                let place = first.blockIndex.map { "\(first.kind) at block \($0)" } ?? "\(first.kind)"
                let detail = "\(findings.count) of its frames cannot be read, the first is the \(place)"
                hurt.append(HurtSnapshot(snapshot: id, detail: detail))
            }
            guard page.count == 256 else { return hurt }
            last = page.last?.id
        }
    }

    func index(of region: Region) throws -> SQLFrameIndex {
        SQLFrameIndex(try Database(path: folder.frameIndex(region), schema: .frameIndex))
    }

    private static func text(of damage: ScrubReport.Damage) -> String {
        let what = damage.kind.map { "the \($0) \(damage.address?.description ?? "")" } ?? "the header"
        return "pack \(damage.pack) at \(damage.offset): \(what) is damaged: \(damage.cause)"
    }
}
