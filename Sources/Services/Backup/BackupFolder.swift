import Crypto
import Domain
import Foundation
import Glibc

/// The folder of a backup: the manifest, the databases of each run in a folder of their own, and the packs, which runs share.
struct BackupFolder: Sendable {
    let path: String

    var manifestFile: String { path + "/" + BackupManifest.fileName }
    var databases: String { path + "/databases" }
    func databases(_ generation: String) -> String { databases + "/" + generation }
    func packs(_ region: String) -> String { path + "/packs/" + region }

    /// Nil when there is no whole backup in the folder yet.
    func manifest() throws -> BackupManifest? {
        guard FileIdentity(manifestFile) != nil else { return nil }
        do {
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            let manifest = try decoder.decode(BackupManifest.self, from: Data(contentsOf: URL(filePath: manifestFile)))
            guard manifest.format == BackupManifest.format, manifest.isSafe else { throw CocoaError(.fileReadCorruptFile) }
            return manifest
        } catch {
            throw BackupUnusable(path: manifestFile, problem: "this is not the manifest of a backup that this ferry can read")
        }
    }

    /// Makes the folder, which may hold a backup and nothing else.
    func prepare() throws {
        let names = Set((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
        guard names.isSubset(of: [BackupManifest.fileName, BackupManifest.fileName + ".partial", "databases", "packs", "lock"]) else {
            throw BackupUnusable(path: path, problem: "the folder is not empty and holds no backup: name another")
        }
        try Self.makeFolder(path)
        try Self.makeFolder(databases)
    }

    static func makeFolder(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// From now on this is the backup.
    func commit(_ manifest: BackupManifest) throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try DataFolder(path: path).write(Array(try encoder.encode(manifest)), to: manifestFile)
    }

    /// Removes what a manifest does not name. What cannot be removed is tried again by the next run.
    func prune(_ manifest: BackupManifest) {
        let files = FileManager.default
        for name in (try? files.contentsOfDirectory(atPath: databases)) ?? [] where name != manifest.generation {
            try? files.removeItem(atPath: databases(name))
        }
        let kept = Dictionary(grouping: manifest.packs, by: \.region).mapValues { Set($0.map(\.name)) }
        for region in (try? files.contentsOfDirectory(atPath: path + "/packs")) ?? [] {
            for name in (try? files.contentsOfDirectory(atPath: packs(region))) ?? [] where kept[region]?.contains(name) != true {
                try? files.removeItem(atPath: packs(region) + "/" + name)
            }
        }
    }
}

extension BackupManifest {
    /// Whether its names stay inside the folders that they are put into.
    fileprivate var isSafe: Bool {
        let names =
            packs.flatMap { [$0.region, $0.name] } + databases.flatMap { $0.path.split(separator: "/").map(String.init) } + [generation]
        return names.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && !$0.contains("/") && !$0.utf8.contains(0) }
    }
}
