import Blocks
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
    func manifest(orElse remedy: String) throws -> BackupManifest? {
        guard let bytes = try Self.read(manifestFile) else { return nil }
        do {
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            let manifest = try decoder.decode(BackupManifest.self, from: bytes)
            guard manifest.format == BackupManifest.format, manifest.isSafe else { throw CocoaError(.fileReadCorruptFile) }
            return manifest
        } catch {
            throw BackupUnusable(path: manifestFile, problem: "this is not the manifest of a backup that this ferry can read: \(remedy)")
        }
    }

    /// Nil when the file is not there.
    private static func read(_ file: String) throws -> Data? {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw DataFolderError(path: file, doing: "opening it", errno: errno)
        }
        defer { close(descriptor) }
        var data = Data()
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw DataFolderError(path: file, doing: "reading it", errno: errno) }
            if count == 0 { return data }
            data.append(contentsOf: piece[..<count])
        }
    }

    /// Makes the folder, which may hold a backup and nothing else.
    func prepare() throws {
        let names = Set(try Self.names(in: path))
        guard names.isSubset(of: [BackupManifest.fileName, BackupManifest.fileName + ".partial", "databases", "packs", "lock"]) else {
            throw BackupUnusable(path: path, problem: "the folder is not empty and holds no backup: name another")
        }
        try Self.makeFolder(path)
        try Self.makeFolder(databases)
    }

    /// What stands in a folder; nothing when it is missing.
    static func names(in path: String) throws -> [String] {
        do {
            return try LocalPackStorage(path: path).list()
        } catch {
            throw DataFolderError(path: path, doing: "opening the folder", errno: error.errno)
        }
    }

    /// Makes a folder that only its owner may look into, with those above it. One that is there is fine.
    static func makeFolder(_ path: String) throws {
        if mkdir(path, 0o700) == 0 { return }
        var failure = errno
        if failure == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            try makeFolder(String(path[..<slash]))
            if mkdir(path, 0o700) == 0 { return }
            failure = errno
        }
        if failure == EEXIST {
            var status = stat()
            if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
            failure = ENOTDIR
        }
        throw DataFolderError(path: path, doing: "making the folder", errno: failure)
    }

    /// From now on this is the backup.
    func commit(_ manifest: BackupManifest) throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try DataFolder(path: path).write(Array(try encoder.encode(manifest)), to: manifestFile)
    }

    /// Removes the databases of a run.
    func drop(_ generation: String) { try? FileManager.default.removeItem(atPath: databases(generation)) }

    /// Removes what a manifest does not name. What cannot be removed is tried again by the next run.
    func prune(_ manifest: BackupManifest) {
        let files = FileManager.default
        for name in (try? files.contentsOfDirectory(atPath: databases)) ?? [] where name != manifest.generation {
            drop(name)
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
