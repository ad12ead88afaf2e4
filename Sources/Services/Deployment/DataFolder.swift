import Domain
import Foundation
import Glibc
import Metadata

/// The folder that holds everything: `directory.sqlite`, `credentials`, `lock`, and a folder for each Region. The rows may be in PostgreSQL
/// instead.
///
/// Only its owner may look inside: it holds secret access keys and disks.
package struct DataFolder: Sendable {
    package let path: String
    /// Where the rows are, when they are not in the folder.
    package let postgres: PostgresServer?

    package init(path: String, postgres: PostgresServer? = nil) {
        self.path = path
        self.postgres = postgres
    }

    /// Whether there is anything at all.
    package var exists: Bool { FileManager.default.fileExists(atPath: path) }

    package var directoryDatabase: String { path + "/directory.sqlite" }
    package var credentials: String { path + "/credentials" }
    /// What is given up when the disk is full.
    var ballast: String { path + "/ballast" }
    /// The URL of the server that runs on the folder, while it runs.
    package var endpoint: String { path + "/endpoint" }

    /// What keeps bytes where they are during a backup.
    var removalLock: String { path + "/removals.lock" }
    /// Says that a restore into the folder has not ended.
    static let unfinishedRestoreName = "restore.unfinished"
    var unfinishedRestore: String { path + "/" + Self.unfinishedRestoreName }

    /// The root key, unless the operator keeps it elsewhere or has memorised it.
    package var rootKey: String { path + "/root.key" }
    /// The root key to come, while it is being replaced.
    var nextRootKey: String { path + "/root.key.next" }

    package func regionFolder(_ region: Region) -> String { path + "/regions/" + region.rawValue }
    package func regionDatabase(_ region: Region) -> String { regionFolder(region) + "/region.sqlite" }
    package func packs(_ region: Region) -> String { regionFolder(region) + "/packs" }
    /// What guests wrote to volumes.
    package func volumes(_ region: Region) -> String { regionFolder(region) + "/volumes" }
    /// The sockets on which volumes are served.
    package func volumeSockets(_ region: Region) -> String { regionFolder(region) + "/nbd" }
    /// A folder for each instance, where its processes run.
    package func machines(_ region: Region) -> String { regionFolder(region) + "/machines" }
    /// For files that a job needs while it runs.
    package func scratch(_ region: Region) -> String { regionFolder(region) + "/scratch" }
    package func frameIndex(_ region: Region) -> String { regionFolder(region) + "/index.sqlite" }

    /// The Regions that have a folder here.
    package func regions() throws -> [Region] {
        guard FileManager.default.fileExists(atPath: path + "/regions") else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: path + "/regions").compactMap(Region.init(rawValue:)).sorted()
    }

    package func make(_ regions: [Region]) throws {
        try checkIsOurs()
        for folder in [path] + regions.map(regionFolder) {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        }
        guard chmod(path, 0o700) == 0 else { throw DataFolderError(path: path, doing: "closing it to others", errno: errno) }
    }

    /// A folder with other things in it is not closed to those who use them.
    private func checkIsOurs() throws {
        let names = Set((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
        guard names.isEmpty || !names.isDisjoint(with: ["lock", "directory.sqlite", "regions"]) else { throw DataFolderNotOurs(path: path) }
    }

    /// Makes the folder of a Region's packs, durably.
    func makePacks(_ region: Region) throws {
        let packs = packs(region)
        guard mkdir(packs, 0o700) == 0 || errno == EEXIST else { throw DataFolderError(path: packs, doing: "making it", errno: errno) }
        try Self.sync(regionFolder(region))
    }

    /// Takes the folder for this process, until the lock is closed.
    package func lock() throws -> DataFolderLock { try DataFolderLock(path: path + "/lock", in: path) }

    /// Whether a server listens, or was killed while it did.
    package var isServed: Bool { FileManager.default.fileExists(atPath: endpoint) }

    /// Writes a file that only its owner can read, all of it or nothing.
    package func write(_ text: String, to file: String) throws { try write(Array(text.utf8), to: file) }

    /// The same for bytes; it is on the disk when this returns.
    func write(_ bytes: [UInt8], to file: String) throws {
        let partial = file + ".partial"
        // A file or link that somebody left there is not written through.
        unlink(partial)
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DataFolderError(path: partial, doing: "creating it", errno: errno) }
        let written = Glibc.write(descriptor, bytes, bytes.count)
        let isSynced = written == bytes.count && fsync(descriptor) == 0
        let failure = errno
        close(descriptor)
        guard isSynced else { throw DataFolderError(path: partial, doing: "writing it", errno: failure) }
        try move(partial, to: file)
    }

    /// Puts a file in the place of another, or of none, and makes sure that it stays there.
    func move(_ file: String, to place: String) throws {
        guard rename(file, place) == 0 else { throw DataFolderError(path: place, doing: "putting it in place", errno: errno) }
        try sync()
    }

    /// Removes a file; one that is not there is fine.
    func remove(_ file: String) throws {
        guard unlink(file) == 0 || errno == ENOENT else { throw DataFolderError(path: file, doing: "removing it", errno: errno) }
        try sync()
    }

    /// Makes the names in the folder last.
    private func sync() throws { try Self.sync(path) }

    /// Makes the bytes of the files in a folder last.
    static func syncFiles(in folder: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let path = folder + "/" + name
            let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
            guard descriptor >= 0 else { throw DataFolderError(path: path, doing: "opening it", errno: errno) }
            defer { close(descriptor) }
            guard fsync(descriptor) == 0 else { throw DataFolderError(path: path, doing: "syncing it", errno: errno) }
        }
    }

    static func sync(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DataFolderError(path: path, doing: "opening it", errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw DataFolderError(path: path, doing: "syncing it", errno: errno) }
    }
}

/// The folder, or a file in it, cannot be used.
package struct DataFolderError: Error, CustomStringConvertible {
    package let path: String
    package let doing: String
    package let errno: Int32

    package var description: String { "\(path): \(doing) failed: \(String(cString: strerror(errno)))" }
}

/// A restore into the folder was cut off.
package struct RestoreUnfinished: Error, CustomStringConvertible {
    package let path: String

    package var description: String { "\(path): a restore into this folder has not ended: run ferry restore again" }
}

/// The folder holds something else.
package struct DataFolderNotOurs: Error, CustomStringConvertible {
    package let path: String

    package var description: String { "\(path) is not empty and not a data folder of ferry: choose another with --data" }
}
