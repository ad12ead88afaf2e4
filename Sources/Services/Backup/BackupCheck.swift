import Blocks
import Domain
import Metadata

/// Proves that what a backup consists of belongs together: whole databases, an index that names no place beyond the packs, and maps
/// of which every frame is there.
struct BackupCheck {
    let manifest: BackupManifest
    /// The folder of the databases.
    let databases: String
    /// Where the packs of a Region stand.
    let packs: (String) -> String

    /// - Returns: what was damaged before it was copied.
    func run(seals: (Region) async throws -> SealDomains) async throws -> [String] {
        for file in manifest.databases {
            let schema: Schema =
                file.path.hasSuffix("/index.sqlite") ? .frameIndex : file.path.hasSuffix("/region.sqlite") ? .region : .directory
            let database = try Database(reading: databases + "/" + file.path, schema: schema)
            defer { try? database.close() }
            if let problem = try database.problems().first { throw BackupUnusable(path: database.path, problem: problem) }
        }
        var hurt: [String] = []
        for name in manifest.regions {
            guard let region = Region(rawValue: name) else { throw BackupUnusable(path: databases, problem: "'\(name)' is no Region") }
            let folder = "\(databases)/regions/\(name)"
            guard manifest.databases.contains(where: { $0.path == "regions/\(name)/index.sqlite" }) else { continue }
            let rows = try Database(reading: folder + "/region.sqlite", schema: .region)
            let index = try Database(reading: folder + "/index.sqlite", schema: .frameIndex)
            defer {
                try? rows.close()
                try? index.close()
            }
            try checkPlaces(index, of: name)
            hurt += try await check(rows, index, of: name, try await seals(region)).map { "\(region): \($0)" }
        }
        return hurt
    }

    private func checkPlaces(_ index: Database, of region: String) throws {
        let lengths = Dictionary(uniqueKeysWithValues: manifest.packs.filter { $0.region == region }.map { ($0.name, $0.bytes) })
        for (id, end) in try index.blockingRead({ try FrameTable($0).ends() }) {
            let name = PackID(bytes: id)?.fileName ?? ""
            guard lengths[name] ?? 0 < end + Int64(FrameHeader.bytes) else { continue }
            throw BackupUnusable(
                path: packs(region) + "/" + name,
                problem: "the pack lacks frames that the index names: run ferry scrub on the data folder"
            )
        }
    }

    private func check(_ rows: Database, _ index: Database, of region: String, _ seals: SealDomains) async throws -> [String] {
        let maintenance = Maintenance(folder: DataFolder(path: databases))
        return try await maintenance.withPool { pool in
            let storage = LocalPackStorage(path: packs(region))
            let walk = MapWalk(storage: storage, index: SQLFrameIndex(index), pool: pool, domains: seals)
            return try await maintenance.hurt(in: rows, walk).hurt.map { "\($0.holder) is hurt: \($0.detail)" }
        }
    }
}
