import Foundation
import GRDB

extension SQLiteFile {
    /// A pool that only reads. Where nothing can be written beside the file, or nothing has room there, SQLite cannot take part in its log: a
    /// file without one is read as it stands, and one with a log is copied with it.
    ///
    /// - Returns: the pool, and the folder of a copy, which is to be removed when the pool is closed.
    static func readOnlyPool(_ path: String) throws -> (pool: DatabasePool, copy: URL?) {
        do {
            return (try opened(path), nil)
        } catch let error as DatabaseError
            where [.SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_IOERR, .SQLITE_FULL].contains(error.resultCode)
        {
            let log = try? FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int
            if log ?? 0 == 0, let pool = try? openedAlone(path) {
                return (pool, nil)
            }
            return try copied(path)
        }
    }

    /// The page on which the one row of the identity stands.
    static func pageOfIdentity(_ path: String) throws -> UInt32? {
        let pool = try openedAlone(path)
        defer { try? pool.close() }
        return try pool.read { try UInt32.fetchOne($0, sql: "SELECT rootpage FROM sqlite_master WHERE name = 'identity'") }
    }

    /// The file as it stands, without its log and without locks.
    fileprivate static func openedAlone(_ path: String) throws -> DatabasePool {
        try opened(URL(filePath: path).absoluteString + "?immutable=1")
    }

    private static func opened(_ path: String) throws -> DatabasePool {
        let pool = try DatabasePool(path: path, configuration: configuration(path, readonly: true))
        // Opening looks at nothing yet.
        try pool.read { _ = try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM sqlite_master") }
        return pool
    }

    private static func copied(_ path: String) throws -> (pool: DatabasePool, copy: URL?) {
        let files = FileManager.default
        let folder = files.temporaryDirectory.appending(path: "ferry-read-\(UUID().uuidString)")
        try files.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        do {
            let copy = folder.appending(path: "copy.sqlite").path()
            try files.copyItem(atPath: path, toPath: copy)
            if files.fileExists(atPath: path + "-wal") { try files.copyItem(atPath: path + "-wal", toPath: copy + "-wal") }
            return (try opened(copy), folder)
        } catch {
            try? files.removeItem(at: folder)
            throw error
        }
    }
}

extension Database {
    /// Whose the file is, its log left out of account: a log of before may lie beside a file that was put back. Nil when it does not say.
    package static func identityWithoutLog(_ path: String) -> Identity? {
        guard let pool = try? SQLiteFile.openedAlone(path) else { return nil }
        defer { try? pool.close() }
        return try? pool.read { try IdentityTable(Transaction($0, SQLStatistics())).identity() }
    }
}
