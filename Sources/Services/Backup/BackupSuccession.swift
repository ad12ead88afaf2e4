import Bundles
import Domain
import Hexadecimal
import Metadata

/// Whether a data folder is the one of the backup of before, and has come as far. A clone of an earlier day would take the place of what is
/// newer, and the packs that only the newer one names would go.
struct BackupSuccession {
    /// Who a database is, and how far it has come.
    struct Standing: Equatable {
        let id: String
        let commits: UInt64
    }

    let folder: DataFolder
    let target: BackupFolder
    let before: BackupManifest

    func check(_ name: String, _ regions: [Region]) throws {
        guard before.folder == name else {
            throw BackupUnusable(path: target.path, problem: "it holds the backup of another data folder: name another")
        }
        let there = Set(regions.map(\.rawValue))
        for region in before.regions where !there.contains(region) {
            throw refusal("it holds the Region \(region), which the data folder does not have")
        }
        for file in before.databases {
            guard let then = standingThen(of: file), let now = try standingNow(of: file) else { continue }
            guard then.id == now.id else {
                throw refusal("its \(file.path) holds other rows than the data folder's, which have been begun anew since")
            }
            guard now.commits >= then.commits else {
                throw refusal(
                    "it is newer than the data folder: \(file.path) has seen \(now.commits) commits in the data folder,"
                        + " and \(then.commits) in the backup"
                )
            }
        }
    }

    private func standingNow(of file: BackupManifest.File) throws -> Standing? {
        let region = file.path.split(separator: "/").dropFirst().first.flatMap { Region(rawValue: String($0)) }
        let database = try region.map { try RegionRows.read($0, in: folder) } ?? DirectoryRows.read(in: folder)
        defer { try? database.close() }
        return try Self.standing(of: database)
    }

    /// Manifests of before do not say it.
    private func standingThen(of file: BackupManifest.File) -> Standing? {
        if let id = file.id, let commits = file.commits { return Standing(id: id, commits: commits) }
        return try? Self.standing(of: file.path, in: target.databases(before.generation))
    }

    private func refusal(_ problem: String) -> BackupUnusable {
        BackupUnusable(path: target.path, problem: "\(problem). The backup is left as it is: name another folder for this one")
    }

    /// Nil for an index, which is a cache, and for a database of before there were identities.
    static func standing(of path: String, in folder: String) throws -> Standing? {
        if path.hasSuffix("/index.sqlite") { return nil }
        let database = try Database(reading: folder + "/" + path, schema: path.hasSuffix("/region.sqlite") ? .region : .directory)
        defer { try? database.close() }
        return try standing(of: database)
    }

    private static func standing(of database: Database) throws -> Standing? {
        try database.blockingRead { try IdentityTable($0).identity() }.map {
            Standing(id: Hex.encode($0.id), commits: $0.commits)
        }
    }
}
