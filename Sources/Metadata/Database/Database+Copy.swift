import Foundation
import GRDB

extension Database {
    /// Writes a copy into a new file (mode 0600), as the database is at one moment; writers go on meanwhile. It is on the disk when this
    /// returns.
    package func copy(to place: String) throws {
        guard FileManager.default.createFile(atPath: place, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: place])
        }
        try DatabaseUnusable.naming(place, schema) {
            let copy = try DatabaseQueue(path: place)
            try pool.backup(to: copy)
            try copy.close()
        }
        let file = try FileHandle(forUpdating: URL(filePath: place))
        try file.synchronize()
        try file.close()
    }

    /// What SQLite finds wrong in the file; nothing when it is whole.
    package func problems() throws -> [String] {
        try blockingRead { try $0.rows("PRAGMA quick_check(10)").map { try $0.text("quick_check") } }.filter { $0 != "ok" }
    }
}
