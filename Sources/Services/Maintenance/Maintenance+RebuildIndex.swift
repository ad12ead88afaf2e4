import Blocks
import Domain
import Metadata

extension Maintenance {
    /// Makes a Region's index anew from its packs. The caller holds the folder's lock.
    ///
    /// The old one stays in place until the new one is whole, and is kept under another name when it is damaged.
    package func rebuildIndex(of region: Region, rootKey: RootKeySource = .dataFolder) async throws -> Rebuilt {
        try await withPool { pool in
            let rows = try writableRows(of: region)
            defer { try? rows.database.close() }
            let file = FrameIndexFile(path: folder.frameIndex(region))
            let path = folder.regionFolder(region)
            let seals = try await seals(of: region, rootKey: rootKey)
            let (old, index) = try await pool.run { (file.readable(), try file.makeNext()) }
            let report = try await RebuildIndex(folder: path, index: index, replacing: old, pool: pool, domains: seals).run()
            let walk = MapWalk(folder: path, index: index, pool: pool, domains: seals, damaged: report.unreadable)
            let hurt = try await hurt(in: rows.database, walk).hurt
            try index.belong(to: rows.identity)
            try old?.database.close()
            try index.database.close()
            let setAside = try await pool.run { try file.replace(keepingOld: old == nil) }
            // What was collected and still stands in packs is in the index again.
            try await rows.database.write { try ReleaseTable($0).insert(root: nil, at: WallClock.system.now) }
            return Rebuilt(
                packs: report.packs,
                frames: report.framesIndexed,
                damages: report.lost.map(Self.text) + report.damaged.map { "pack \($0.pack), bytes \($0.bytes): \($0.damage)" }
                    + hurt.map { "\($0.holder) is hurt: \($0.detail)" },
                setAside: setAside
            )
        }
    }

    private static func text(of lost: RecoveryReport.Lost) -> String {
        "pack \(lost.pack), of which the index named \(lost.frames) frames that are lost: \(lost.damage)"
    }
}
