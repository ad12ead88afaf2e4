import Blocks
import Domain
import Foundation
import Metadata

/// Makes a data folder of a backup. The folder must not hold anything; one that was cut off is finished by running it again.
package struct Restore: Sendable {
    package struct Report: Sendable {
        package let regions: Int
        package let packs: Int
        package let bytes: Int64
        package let madeAt: Date
        /// Snapshots and objects that were damaged before the backup was made.
        package let hurt: [String]
    }

    let source: BackupFolder
    let folder: DataFolder

    package init(from path: String, to folder: DataFolder) {
        source = BackupFolder(path: path)
        self.folder = folder
    }

    package func run(say: @escaping @Sendable (String) -> Void = { _ in }) async throws -> Report {
        guard let manifest = try source.manifest() else {
            throw BackupUnusable(path: source.path, problem: "there is no whole backup in this folder")
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        // The root key may have been put there before.
        guard names.contains(DataFolder.unfinishedRestoreName) || Set(names).isSubset(of: ["lock", "root.key"]) else {
            throw BackupUnusable(path: folder.path, problem: "the folder is not empty: restore into a new one")
        }
        try BackupFolder.makeFolder(folder.path)
        let lock = try folder.lock()
        try folder.write("A restore into this folder has not ended: run ferry restore again.\n", to: folder.unfinishedRestore)
        try await copy(manifest, say)
        try writeMarks(manifest)
        say("checking the copy")
        let check = BackupCheck(manifest: manifest, databases: folder.path) { folder.path + "/regions/" + $0 + "/packs" }
        let hurt = try await check.run { _ in SealDomains() }
        try folder.remove(folder.unfinishedRestore)
        lock.release()
        return Report(
            regions: manifest.regions.count,
            packs: manifest.packs.count,
            bytes: manifest.bytes,
            madeAt: manifest.madeAt,
            hurt: hurt
        )
    }

    private func copy(_ manifest: BackupManifest, _ say: @escaping @Sendable (String) -> Void) async throws {
        try await Maintenance(folder: folder).withPool { pool in
            for region in manifest.regions { try BackupFolder.makeFolder(folder.path + "/regions/\(region)/packs") }
            for file in manifest.databases {
                say("copying \(file.path)")
                let from = source.databases(manifest.generation) + "/" + file.path
                try await bring(from, to: folder.path + "/" + file.path, bytes: file.bytes, sha256: file.sha256, pool)
            }
            for pack in manifest.packs {
                say("\(pack.region): copying the pack \(pack.name)")
                let from = source.packs(pack.region) + "/" + pack.name
                try await bring(
                    from,
                    to: folder.path + "/regions/\(pack.region)/packs/\(pack.name)",
                    bytes: pack.bytes,
                    sha256: pack.sha256,
                    pool
                )
            }
            for region in manifest.regions {
                try DataFolder.sync(folder.path + "/regions/\(region)/packs")
                try DataFolder.sync(folder.path + "/regions/\(region)")
            }
            try DataFolder.sync(folder.path + "/regions")
            try DataFolder.sync(folder.path)
        }
    }

    private func bring(_ source: String, to place: String, bytes: Int64, sha256: String, _ pool: DiskPool) async throws {
        let digest = try await pool.run { try ProvenCopy.run(from: source, to: place, length: bytes) }
        guard digest == sha256 else {
            throw BackupUnusable(path: source, problem: "the file is not the one that was backed up: the backup is damaged")
        }
    }

    /// The packs belong to these rows.
    private func writeMarks(_ manifest: BackupManifest) throws {
        for name in manifest.regions {
            guard let region = Region(rawValue: name) else { throw BackupUnusable(path: source.path, problem: "'\(name)' is no Region") }
            let rows = try Database(reading: folder.regionDatabase(region), schema: .region)
            defer { try? rows.close() }
            guard let identity = try rows.blockingRead({ try IdentityTable($0).identity() }) else { continue }
            let value = RowsMark.Value(id: identity.id, place: identity.place, commits: identity.commits)
            _ = try RowsMark(value, in: folder.packs(region))
        }
    }
}
