import Blocks
import Domain
import Foundation
import Glibc
import Metadata

/// Makes a data folder of a backup. The folder must not hold anything; one that was cut off is finished by running it again.
package struct Restore: Sendable {
    package struct Report: Sendable {
        package let regions: Int
        package let packs: Int
        package let bytes: Int64
        package let madeAt: Date
        /// Files of the backup that are not what was backed up, and what became of them.
        package let damaged: [String]
        /// Snapshots and objects that were damaged before the backup was made, or are by what is damaged in it.
        package let hurt: [String]
    }

    let source: BackupFolder
    let folder: DataFolder
    let acceptsDamage: Bool

    /// - Parameter acceptsDamage: makes a folder of what there is when files of the backup are damaged.
    package init(from path: String, to folder: DataFolder, acceptsDamage: Bool = false) {
        source = BackupFolder(path: path)
        self.folder = folder
        self.acceptsDamage = acceptsDamage
    }

    /// - Throws: `BackupDamaged`, once everything has been looked at.
    package func run(say: @escaping @Sendable (String) -> Void = { _ in }) async throws -> Report {
        let remedy = "another backup is needed, or what this one consists of is put together by hand (docs/operating.md, The way back)"
        guard let manifest = try source.manifest(orElse: remedy) else {
            throw BackupUnusable(path: source.path, problem: "there is no whole backup in this folder")
        }
        let names = try BackupFolder.names(in: folder.path)
        // The root key may have been put there before.
        guard names.contains(DataFolder.unfinishedRestoreName) || Set(names).isSubset(of: ["lock", "root.key"]) else {
            throw BackupUnusable(path: folder.path, problem: "the folder is not empty: restore into a new one")
        }
        try BackupFolder.makeFolder(folder.path)
        let lock = try folder.lock()
        try folder.write("A restore into this folder has not ended: run ferry restore again.\n", to: folder.unfinishedRestore)
        let damaged = try await copy(manifest, say)
        guard damaged.isEmpty || acceptsDamage else { throw BackupDamaged(files: damaged) }
        try writeMarks(manifest)
        say("checking the copy")
        let check = BackupCheck(manifest: manifest, databases: folder.path, acceptsDamage: acceptsDamage) {
            folder.path + "/regions/" + $0 + "/packs"
        }
        let known = manifest.hurt ?? []
        let found = try await check.run { _ in SealDomains() }.filter { !known.contains($0) }
        try folder.remove(folder.unfinishedRestore)
        lock.release()
        return Report(
            regions: manifest.regions.count,
            packs: manifest.packs.count,
            bytes: manifest.bytes,
            madeAt: manifest.madeAt,
            damaged: damaged,
            hurt: known + found
        )
    }

    /// - Returns: which files of the backup are damaged.
    private func copy(_ manifest: BackupManifest, _ say: @escaping @Sendable (String) -> Void) async throws -> [String] {
        try await Maintenance(folder: folder).withPool { pool in
            var damaged: [String] = []
            for region in manifest.regions { try BackupFolder.makeFolder(folder.path + "/regions/\(region)/packs") }
            for file in manifest.databases {
                say("copying \(file.path)")
                let from = source.databases(manifest.generation) + "/" + file.path
                let trouble = try await copy(from, to: folder.path + "/" + file.path, bytes: file.bytes, sha256: file.sha256, pool)
                if let trouble { damaged.append(trouble) }
            }
            for pack in manifest.packs {
                say("\(pack.region): copying the pack \(pack.name)")
                let (from, place) = (
                    "\(source.packs(pack.region))/\(pack.name)", "\(folder.path)/regions/\(pack.region)/packs/\(pack.name)"
                )
                if let trouble = try await copy(from, to: place, bytes: pack.bytes, sha256: pack.sha256, pool) { damaged.append(trouble) }
            }
            for region in manifest.regions {
                try DataFolder.sync(folder.path + "/regions/\(region)/packs")
                try DataFolder.sync(folder.path + "/regions/\(region)")
            }
            try DataFolder.sync(folder.path + "/regions")
            try DataFolder.sync(folder.path)
            return damaged
        }
    }

    /// Copies a file. - Returns: what is wrong with the one in the backup; nil when it is what was backed up.
    private func copy(_ source: String, to place: String, bytes: Int64, sha256: String, _ pool: DiskPool) async throws -> String? {
        let acceptsDamage = acceptsDamage
        return try await pool.run {
            let trouble: String
            do {
                if try ProvenCopy.make(place, of: [.init(source, 0..<bytes)]) == sha256 { return nil }
                trouble = "\(source): the file is not the one that was backed up"
            } catch let error as DataFolderError where error.path == source {
                trouble = "\(error)"
            } catch let error as BackupUnusable where error.path == source {
                trouble = "\(error)"
            }
            // A cut-off copy is not left behind to be taken for the file. An index is a cache: a damaged one is worth less than none.
            unlink(place)
            guard acceptsDamage, !place.hasSuffix("/index.sqlite"), FileIdentity(source) != nil else { return trouble }
            try ProvenCopy.salvage(source, to: place, length: bytes)
            return trouble
        }
    }

    /// The packs belong to these rows, and the Regions to this directory.
    private func writeMarks(_ manifest: BackupManifest) throws {
        try writeMark(of: folder.directoryDatabase, .directory, into: folder.path)
        for name in manifest.regions {
            guard let region = Region(rawValue: name) else { throw BackupUnusable(path: source.path, problem: "'\(name)' is no Region") }
            try writeMark(of: folder.regionDatabase(region), .region, into: folder.packs(region))
        }
    }

    private func writeMark(of file: String, _ schema: Schema, into place: String) throws {
        do {
            let rows = try Database(reading: file, schema: schema)
            defer { try? rows.close() }
            guard let identity = try rows.blockingRead({ try IdentityTable($0).identity() }) else { return }
            _ = try RowsMark(.init(id: identity.id, place: identity.place, commits: identity.commits), in: place)
        } catch let error where acceptsDamage && !(error is StoreError) {
            // Rows that are too damaged to say who they are: the check names them, and ferry recover goes on without them.
            return
        }
    }
}
