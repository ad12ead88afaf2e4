import Blocks
import Bundles
import Domain
import Foundation
import Glibc
import Hexadecimal
import Metadata

/// Copies a data folder while a server runs on it, or while none does.
///
/// The rows come first, then the index, then the packs: packs are only appended to, so they hold at the end whatever the rows name. What
/// deletes or moves bytes is held off meanwhile. The manifest is written last; until then the backup of before is the backup.
/// docs/formats/backup.md
package struct Backup: Sendable {
    package struct Report: Sendable {
        package let regions: Int
        package let packs: Int
        package let bytes: Int64
        /// What was not in the backup of before.
        package let bytesCopied: Int64
        /// What the operator is to know: packs that were mended, or kept although the data folder has lost them.
        package let remarks: [String]
        /// Copies in the backup that are damaged and could not be mended.
        package let unmended: [String]
        /// What was damaged before it was copied.
        package let hurt: [String]
    }

    let folder: DataFolder
    let target: BackupFolder
    let clock: WallClock
    let rootKey: RootKeySource
    let checksAll: Bool

    /// - Parameter checksAll: reads all of the backup again and opens all frames, and not a part and what is new.
    package init(
        of folder: DataFolder,
        to path: String,
        rootKey: RootKeySource = .dataFolder,
        checksAll: Bool = false,
        clock: WallClock = .system
    ) {
        self.folder = folder
        target = BackupFolder(path: path)
        self.clock = clock
        self.rootKey = rootKey
        self.checksAll = checksAll
    }

    /// - Parameter say: is told in a line what the run is at.
    package func run(say: @escaping @Sendable (String) -> Void = { _ in }) async throws -> Report {
        let maintenance = Maintenance(folder: folder)
        let regions = try maintenance.regions()
        guard !(target.path + "/").hasPrefix(folder.path + "/") else {
            throw BackupUnusable(path: target.path, problem: "a backup does not belong into the data folder itself")
        }
        try target.prepare()
        let lock = try DataFolder(path: target.path).lock()
        let hold = try await hold(say)
        let remedy = "name another folder; or move this file away, and the next backup here copies everything anew over what is there"
        let before = try target.manifest(orElse: remedy)
        let directory = try DirectoryRows.read(in: folder)
        let id = try directory.blockingRead { try IdentityTable($0).identity()?.id }
        try directory.close()
        guard let id else {
            throw BackupUnusable(path: folder.directoryDatabase, problem: "run ferry serve once, which brings it up to date")
        }
        let name = Hex.encode(id)
        if let before { try BackupSuccession(folder: folder, target: target, before: before).check(name, regions) }
        let generation = UUID().uuidString.lowercased()
        do {
            let report = try await make(generation, of: name, regions, known: before, say)
            hold.release()
            lock.release()
            return report
        } catch {
            target.drop(generation)
            throw error
        }
    }

    private func make(
        _ generation: String,
        of name: String,
        _ regions: [Region],
        known before: BackupManifest?,
        _ say: @escaping @Sendable (String) -> Void
    ) async throws -> Report {
        let maintenance = Maintenance(folder: folder)
        var seals: [Region: SealDomains] = [:]
        // Without the keys, what is sealed cannot be opened; the rest is checked.
        for region in regions { seals[region] = try? await maintenance.seals(of: region, rootKey: rootKey) }
        let place = target.databases(generation)
        let (files, outcome) = try await maintenance.withPool { [seals] pool in
            let files = try await copyDatabases(of: regions, to: place, pool, say)
            let packs = BackupPacks(
                folder: folder,
                target: target,
                databases: place,
                before: before,
                checksAll: checksAll,
                now: clock.now,
                seals: seals,
                pool: pool,
                say: say
            )
            return (files, try await packs.run(regions))
        }
        var manifest = BackupManifest(madeAt: clock.now, folder: name, generation: generation, databases: files, packs: outcome.packs)
        say("checking the copy")
        let check = BackupCheck(manifest: manifest, databases: place, damaged: outcome.damaged, packs: target.packs)
        let hurt = outcome.hurt + (try await check.run { [seals] region in seals[region] ?? SealDomains() })
        manifest.hurt = hurt.isEmpty ? nil : hurt
        try target.commit(manifest)
        target.prune(manifest)
        return Report(
            regions: regions.count,
            packs: manifest.packs.count,
            bytes: manifest.bytes,
            bytesCopied: outcome.bytesCopied + files.reduce(0) { $0 + $1.bytes },
            remarks: outcome.remarks,
            unmended: outcome.unmended,
            hurt: hurt
        )
    }

    /// Waits for a collection that runs.
    private func hold(_ say: (String) -> Void) async throws -> RemovalHold {
        var hasSaid = false
        while true {
            if let hold = try RemovalHold.take(folder, isShared: true) { return hold }
            if !hasSaid { say("waiting for a collection to end") }
            hasSaid = true
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// The Regions' rows, then their indexes, then the directory: a bucket's name stands in the directory before its Region knows it.
    private func copyDatabases(of regions: [Region], to place: String, _ pool: DiskPool, _ say: (String) -> Void) async throws
        -> [BackupManifest.File]
    {
        let path = folder.path
        var files: [BackupManifest.File] = []
        func copy(_ database: Database, as name: String) async throws {
            defer { try? database.close() }
            files.append(
                try await pool.run {
                    try database.copy(to: place + "/" + name)
                    let bytes = FileIdentity.bytes(of: place + "/" + name) ?? 0
                    let digest = try ProvenCopy.sha256(of: place + "/" + name, length: bytes)
                    let standing = try BackupSuccession.standing(of: name, in: place)
                    return .init(path: name, bytes: bytes, sha256: digest, id: standing?.id, commits: standing?.commits)
                }
            )
        }
        try BackupFolder.makeFolder(place)
        for region in regions {
            say("\(region): copying the rows")
            try BackupFolder.makeFolder("\(place)/regions/\(region)")
            try await copy(RegionRows.read(region, in: folder), as: String(folder.regionDatabase(region).dropFirst(path.count + 1)))
        }
        for region in regions where FileIdentity(folder.frameIndex(region)) != nil {
            let index = try Database(reading: folder.frameIndex(region), schema: .frameIndex)
            try await copy(index, as: String(folder.frameIndex(region).dropFirst(path.count + 1)))
        }
        try await copy(DirectoryRows.read(in: folder), as: "directory.sqlite")
        for folder in [place, target.databases] + regions.map({ "\(place)/regions/\($0)" }) { try DataFolder.sync(folder) }
        return files
    }
}
