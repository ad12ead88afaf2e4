import Blocks
import Domain
import Foundation
import Glibc
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
        /// Snapshots and objects that were damaged before they were copied.
        package let hurt: [String]
    }

    let folder: DataFolder
    let target: BackupFolder
    let clock: WallClock
    let rootKey: RootKeySource

    package init(of folder: DataFolder, to path: String, rootKey: RootKeySource = .dataFolder, clock: WallClock = .system) {
        self.folder = folder
        target = BackupFolder(path: path)
        self.clock = clock
        self.rootKey = rootKey
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
        let before = try target.manifest()
        let directory = try DirectoryRows.read(in: folder)
        let id = try directory.blockingRead { try IdentityTable($0).identity()?.id }
        try directory.close()
        guard let id else {
            throw BackupUnusable(path: folder.directoryDatabase, problem: "run ferry serve once, which brings it up to date")
        }
        let name = Hexadecimal.text(id)
        guard before?.folder ?? name == name else {
            throw BackupUnusable(path: target.path, problem: "it holds the backup of another data folder: name another")
        }
        let manifest = try await maintenance.withPool { pool in
            let databases = try await copyDatabases(of: regions, pool, say)
            let packs = try await copyPacks(of: regions, known: before, pool, say)
            return BackupManifest(
                madeAt: clock.now,
                folder: name,
                generation: databases.generation,
                databases: databases.files,
                packs: packs
            )
        }
        say("checking the copy")
        let check = BackupCheck(manifest: manifest, databases: target.databases(manifest.generation), packs: target.packs)
        let hurt = try await check.run { region in (try? await maintenance.seals(of: region, rootKey: rootKey)) ?? SealDomains() }
        try target.commit(manifest)
        target.prune(manifest)
        hold.release()
        lock.release()
        let known = Set(before?.packs ?? [])
        let copied = manifest.packs.filter { !known.contains($0) }.reduce(0) { $0 + $1.bytes }
        return Report(
            regions: regions.count,
            packs: manifest.packs.count,
            bytes: manifest.bytes,
            bytesCopied: copied + manifest.databases.reduce(0) { $0 + $1.bytes },
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
    private func copyDatabases(of regions: [Region], _ pool: DiskPool, _ say: (String) -> Void) async throws
        -> (generation: String, files: [BackupManifest.File])
    {
        let generation = UUID().uuidString.lowercased()
        let place = target.databases(generation)
        let path = folder.path
        var files: [BackupManifest.File] = []
        func copy(_ database: Database, as name: String) async throws {
            defer { try? database.close() }
            files.append(
                try await pool.run {
                    try database.copy(to: place + "/" + name)
                    let bytes = FileIdentity.bytes(of: place + "/" + name) ?? 0
                    return .init(path: name, bytes: bytes, sha256: try ProvenCopy.sha256(of: place + "/" + name, length: bytes))
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
        return (generation, files)
    }

    private func copyPacks(of regions: [Region], known: BackupManifest?, _ pool: DiskPool, _ say: (String) -> Void) async throws
        -> [BackupManifest.Pack]
    {
        let before = Dictionary(grouping: known?.packs ?? [], by: \.name)
        var packs: [BackupManifest.Pack] = []
        for region in regions {
            let (from, into) = (folder.packs(region), target.packs(region.rawValue))
            try BackupFolder.makeFolder(into)
            for name in try FileManager.default.contentsOfDirectory(atPath: from).sorted() where PackID(fileName: name) != nil {
                let earlier = before[name]?.first { $0.region == region.rawValue }
                say("\(region): copying the pack \(name)")
                packs.append(try await pool.run { try Self.copyPack(name, of: region, from: from, into: into, earlier: earlier) })
            }
            try DataFolder.sync(into)
        }
        return packs
    }

    /// Packs are only appended to: one of the length of before is the one of before.
    private static func copyPack(_ name: String, of region: Region, from: String, into: String, earlier: BackupManifest.Pack?) throws
        -> BackupManifest.Pack
    {
        let (source, place) = ("\(from)/\(name)", "\(into)/\(name)")
        guard let bytes = FileIdentity.bytes(of: source) else {
            throw BackupUnusable(path: source, problem: "the pack is gone: run the backup again")
        }
        let there = FileIdentity.bytes(of: place) ?? 0
        if let earlier, earlier.bytes == bytes, there >= bytes { return earlier }
        guard bytes >= earlier?.bytes ?? 0 else {
            throw BackupUnusable(
                path: source,
                problem:
                    "the pack is shorter than in the backup of before: this is not the folder that was backed up there; name another for its backup"
            )
        }
        let digest = try ProvenCopy.run(from: source, to: place, known: min(there, earlier?.bytes ?? 0), length: bytes)
        return .init(region: region.rawValue, name: name, bytes: bytes, sha256: digest)
    }
}

/// Bytes as text.
enum Hexadecimal {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
