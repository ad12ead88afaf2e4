import Blocks
import Domain
import Metadata

/// Proves that what a backup consists of belongs together: whole databases, an index that names no place beyond the packs, and maps
/// of which every frame is there.
struct BackupCheck {
    let manifest: BackupManifest
    /// The folder of the databases.
    let databases: String
    /// Goes on with what is left when a database is damaged.
    var acceptsDamage = false
    /// What of the frames is known to be damaged, by Region.
    var damaged: [String: Set<Digest>] = [:]
    /// Where the packs of a Region stand.
    let packs: (String) -> String

    /// - Returns: what was damaged before it was copied.
    func run(seals: (Region) async throws -> SealDomains) async throws -> [String] {
        var hurt: [String] = []
        var whole: Set<String> = []
        for file in manifest.databases {
            do {
                try checkDatabase(file)
                whole.insert(file.path)
            } catch {
                guard acceptsDamage else { throw error }
                hurt.append("\(error)")
            }
        }
        for name in manifest.regions {
            guard let region = Region(rawValue: name) else { throw BackupUnusable(path: databases, problem: "'\(name)' is no Region") }
            let folder = "\(databases)/regions/\(name)"
            guard whole.isSuperset(of: ["regions/\(name)/index.sqlite", "regions/\(name)/region.sqlite"]) else { continue }
            let rows = try Database(reading: folder + "/region.sqlite", schema: .region)
            let index = try Database(reading: folder + "/index.sqlite", schema: .frameIndex)
            defer {
                try? rows.close()
                try? index.close()
            }
            hurt += try shortPacks(index, of: name).map { "\(region): \($0)" }
            hurt += try await check(rows, index, of: name, try await seals(region)).map { "\(region): \($0)" }
        }
        return hurt
    }

    private func checkDatabase(_ file: BackupManifest.File) throws {
        let schema: Schema =
            file.path.hasSuffix("/index.sqlite") ? .frameIndex : file.path.hasSuffix("/region.sqlite") ? .region : .directory
        let database = try Database(reading: databases + "/" + file.path, schema: schema)
        defer { try? database.close() }
        if let problem = try database.damage(thoroughly: false) { throw BackupUnusable(path: database.path, problem: problem) }
    }

    /// Packs that are missing or cut, so that frames that the index names are not in them.
    private func shortPacks(_ index: Database, of region: String) throws -> [String] {
        let lengths = Dictionary(uniqueKeysWithValues: manifest.packs.filter { $0.region == region }.map { ($0.name, $0.bytes) })
        return try index.blockingRead({ try FrameTable($0).ends() }).compactMap { id, end in
            let name = PackID(bytes: id)?.fileName ?? ""
            guard lengths[name] ?? 0 < end + Int64(FrameHeader.bytes) else { return nil }
            return "the pack \(name) is \(lengths[name] == nil ? "missing" : "cut"): frames that the index names are not in it"
        }
    }

    private func check(_ rows: Database, _ index: Database, of region: String, _ seals: SealDomains) async throws -> [String] {
        let maintenance = Maintenance(folder: DataFolder(path: databases))
        return try await maintenance.withPool { pool in
            let storage = LocalPackStorage(path: packs(region))
            let walk = MapWalk(storage: storage, index: SQLFrameIndex(index), pool: pool, domains: seals, damaged: damaged[region] ?? [])
            return try await maintenance.hurt(in: rows, walk).hurt.map { "\($0.holder) is hurt: \($0.detail)" }
        }
    }
}
