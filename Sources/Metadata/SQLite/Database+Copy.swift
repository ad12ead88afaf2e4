import GRDB
import Glibc

extension Database {
    /// Writes a copy of a SQLite file into a new file (mode 0600), as the database is at one moment; writers go on meanwhile. It is on the disk
    /// when this returns.
    package func copy(to place: String) throws {
        guard case .sqlite(let file) = engine else { throw OnlyOnSQLite(path: path, doing: "copying it into a file") }
        let descriptor = open(place, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DatabaseCopyFailed(path: place, doing: "creating it", errno: errno) }
        defer { Glibc.close(descriptor) }
        try DatabaseUnusable.naming(place, schema) {
            let copy = try DatabaseQueue(path: place)
            try file.pool.backup(to: copy)
            try copy.close()
        }
        guard fsync(descriptor) == 0 else { throw DatabaseCopyFailed(path: place, doing: "syncing it", errno: errno) }
    }
}

/// The copy of a database cannot be written.
package struct DatabaseCopyFailed: Error, CustomStringConvertible {
    package let path: String
    let doing: String
    let errno: Int32

    package var description: String { "\(path): \(doing) failed: \(String(cString: strerror(errno)))" }
}

/// What was asked for is done with the file of a database, and the rows are in PostgreSQL.
package struct OnlyOnSQLite: Error, CustomStringConvertible {
    package let path: String
    let doing: String

    package var description: String {
        "\(path): \(doing) is not possible, because the rows are in PostgreSQL: use its own tools, as docs/operating.md says"
    }
}
