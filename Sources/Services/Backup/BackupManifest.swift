import Domain
import Foundation

/// What a backup consists of: `ferry-backup.json`, written last and at once. What it does not name is no part of the backup.
/// docs/formats/backup.md
struct BackupManifest: Codable, Sendable {
    static let fileName = "ferry-backup.json"
    static let format = "ferry-backup-1"

    struct File: Codable, Hashable, Sendable {
        /// Below the folder of the databases, and below the data folder.
        let path: String
        let bytes: Int64
        let sha256: String
    }

    struct Pack: Codable, Hashable, Sendable {
        let region: String
        let name: String
        /// How much of the file counts: a later backup that was cut off may have put more behind it.
        let bytes: Int64
        /// Of these bytes.
        let sha256: String
    }

    var format = BackupManifest.format
    let madeAt: Date
    /// The id of the data folder's directory, in hexadecimal digits.
    let folder: String
    /// The folder of the databases, below `databases`.
    let generation: String
    let databases: [File]
    let packs: [Pack]

    var regions: [String] { Set(databases.compactMap { $0.path.split(separator: "/").dropFirst().first.map(String.init) }).sorted() }
    var bytes: Int64 { databases.reduce(0) { $0 + $1.bytes } + packs.reduce(0) { $0 + $1.bytes } }
}

/// A backup, or the place of one, cannot be used.
package struct BackupUnusable: Error, CustomStringConvertible {
    package let path: String
    package let problem: String

    package var description: String { "\(path): \(problem)" }
}
