import Domain
import Foundation

/// What a backup consists of: `ferry-backup.json`, written last and at once. What it does not name is no part of the backup.
/// docs/formats/backup.md
struct BackupManifest: Codable, Sendable {
    static let fileName = "ferry-backup.json"
    static let format = "ferry-backup-1"

    struct File: Codable, Sendable {
        /// Below the folder of the databases, and below the data folder.
        let path: String
        let bytes: Int64
        let sha256: String
        /// Who the database is and how far it has come; nil for an index.
        var id: String?
        var commits: UInt64?
    }

    struct Pack: Codable, Sendable {
        let region: String
        let name: String
        /// How much of the file counts: a later backup that was cut off may have put more behind it.
        let bytes: Int64
        /// Of these bytes.
        let sha256: String
        /// Up to here every frame that the index names was opened and is whole; nil when one was not.
        var checkedTo: Int64?
        /// When the copy was last read back.
        var readAt: Date?
        /// Whether the copy was found damaged, and the data folder did not have it whole.
        var isDamaged: Bool?

        var key: String { "\(region)/\(name)" }
    }

    var format = BackupManifest.format
    let madeAt: Date
    /// The id of the data folder's directory, in hexadecimal digits.
    let folder: String
    /// The folder of the databases, below `databases`.
    let generation: String
    var databases: [File]
    let packs: [Pack]
    /// What was damaged before it was copied, in words.
    var hurt: [String]?

    var regions: [String] { Set(databases.compactMap { $0.path.split(separator: "/").dropFirst().first.map(String.init) }).sorted() }
    var bytes: Int64 { databases.reduce(0) { $0 + $1.bytes } + packs.reduce(0) { $0 + $1.bytes } }
}

/// A backup, or the place of one, cannot be used.
package struct BackupUnusable: Error, CustomStringConvertible {
    package let path: String
    package let problem: String

    package var description: String { "\(path): \(problem)" }
}

/// Files of a backup are not what was backed up.
package struct BackupDamaged: Error, CustomStringConvertible {
    /// Each file, and what is wrong with it.
    package let files: [String]

    package var description: String {
        """
        the backup is damaged:
          \(files.joined(separator: "\n  "))
        What to do: where the data folder is still there, ferry backup --check mends the backup from it. Else run ferry restore again with \
        --accept-damage, which makes a data folder of what there is; ferry scrub names the snapshots in it that are hurt.
        """
    }
}
