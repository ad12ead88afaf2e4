import GRDB
import Glibc

extension Database {
    /// Writes a copy into a new file (mode 0600), as the database is at one moment; writers go on meanwhile. It is on the disk when this
    /// returns.
    package func copy(to place: String) throws {
        let descriptor = open(place, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DatabaseCopyFailed(path: place, doing: "creating it", errno: errno) }
        defer { Glibc.close(descriptor) }
        try DatabaseUnusable.naming(place, schema) {
            let copy = try DatabaseQueue(path: place)
            try pool.backup(to: copy)
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
