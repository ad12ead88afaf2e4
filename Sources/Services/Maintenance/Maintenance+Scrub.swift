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
            // A repair goes by what the rows name, and is kept from rows that are not the packs' own.
            let rows = repairing ? try writableRows(of: region) : nil
            defer { try? rows?.database.close() }
            let index = repairing ? try writableIndex(of: region) : try index(of: region)
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
                hurt: try await hurt(of: region, walk)
            )
        }
    }

    /// The snapshots and objects of a Region that need a frame that the walk finds damaged or missing.
    func hurt(of region: Region, _ walk: MapWalk) async throws -> [Hurt] {
        let database = try RegionRows.read(region, in: folder)
        return try await hurt(in: database, walk)
    }

    func hurt(in database: Database, _ walk: MapWalk) async throws -> [Hurt] {
        try await hurtSnapshots(in: database, walk) + hurtObjects(in: database, walk)
    }

    private func hurtSnapshots(in database: Database, _ walk: MapWalk) async throws -> [Hurt] {
        var hurt: [Hurt] = []
        var last: SnapshotID?
        while true {
            let after = last
            let page = try await database.read { try RootTable($0).snapshots(after: after, limit: 256) }
            for (id, root, _) in page {
                guard let detail = try await damage(under: root, of: id.rawValue, walk) else { continue }
                // Deleted meanwhile, its blocks may be collected.
                guard try await database.read({ try SnapshotTable($0).snapshot(id) }) != nil else { continue }
                hurt.append(Hurt(holder: .snapshot(id), detail: detail))
            }
            guard page.count == 256 else { return hurt }
            last = page.last?.id
        }
    }

    private func hurtObjects(in database: Database, _ walk: MapWalk) async throws -> [Hurt] {
        var hurt: [Hurt] = []
        var (object, position) = (Int64(0), Int64(-1))
        while true {
            let (after, place) = (object, position)
            let page = try await database.read { try RootTable($0).segments(after: after, position: place, limit: 256) }
            for segment in page {
                let stored = segment.root
                guard let detail = try await damage(under: stored.root, of: stored.key.text, walk) else { continue }
                guard try await database.read({ try ObjectTable($0).hasSegment(segment.position, of: segment.object) }) else { continue }
                hurt.append(Hurt(holder: .object(stored.bucket, stored.key), detail: detail))
            }
            guard page.count == 256, let last = page.last else { return hurt }
            (object, position) = (last.object, last.position)
        }
    }

    /// What of a map cannot be read; nil when all of it can. One walk a map: each is named, however much it shares with others.
    private func damage(under root: [UInt8], of name: String, _ walk: MapWalk) async throws -> String? {
        guard let root = Digest(bytes: root) else { return nil }
        let findings = try await walk.run([MapWalk.Root(digest: root, name: name)])
        guard let first = findings.first else { return nil }
        let place = first.blockIndex.map { "\(first.kind) at block \($0)" } ?? "\(first.kind)"
        return "\(findings.count) of its frames cannot be read, the first is the \(place)"
    }

    /// The index as it stands, to be read.
    func index(of region: Region) throws -> SQLFrameIndex {
        SQLFrameIndex(try Database(reading: folder.frameIndex(region), schema: .frameIndex))
    }

    private static func text(of damage: ScrubReport.Damage) -> String {
        let what = damage.kind.map { "the \($0) \(damage.address?.description ?? "")" } ?? "the header"
        return "pack \(damage.pack) at \(damage.offset): \(what) is damaged: \(damage.cause)"
    }
}
