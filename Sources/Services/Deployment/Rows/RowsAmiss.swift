import Domain
import Foundation

/// The rows of a Region, or the directory, are not the ones that the rest of the folder belongs to. Nothing is opened, made anew,
/// mended or collected then: whoever goes by the wrong rows takes disks for garbage.
package struct RowsAmiss: Error, CustomStringConvertible {
    package enum Problem: Hashable, Sendable {
        /// The Region's folder is not there.
        case folderMissing
        /// The file is not there, or has no rows.
        case missing
        case empty
        /// It belongs to something else, said in words.
        case foreign(String)
        /// It has come less far than the packs say.
        case older(rows: UInt64, packs: UInt64)
        /// The log beside it goes on from a file that had come further: SQLite would make a mixture of the two.
        case logOfLater(rows: UInt64, log: UInt64)
        /// It was set aside once, and the directory knows another Region in its place.
        case former
        /// The packs do not say whose they are any more.
        case unproven(String)
        /// The rows name content, and there are no packs.
        case packsMissing
        /// The server has another file open than the one that stands there now.
        case replaced
    }

    /// Nil for the directory.
    package let region: Region?
    /// The file, or folder, that is amiss.
    package let path: String
    package let problem: Problem
    /// Whether the rows are in PostgreSQL, and not in files that could be put back.
    package var isInPostgres = false

    /// Whether an operator may go on from the rows that there are.
    package var isAcceptable: Bool {
        switch problem {
        case .older, .unproven, .packsMissing, .former: true
        case .folderMissing, .missing, .empty, .foreign, .logOfLater, .replaced: false
        }
    }

    package var description: String { "\(subject): \(finding). \(loss) \(remedy)" }

    private var subject: String { region.map { "Region \($0)" } ?? "The directory" }
    private var name: String { region?.rawValue ?? Recover.directoryName }

    private var finding: String {
        switch problem {
        case .folderMissing: "\(path) is missing"
        case .missing: "\(path) is missing, and there is data that belongs to it"
        case .empty: "\(path) is empty, and there is data that belongs to it"
        case .foreign(let whose): "\(path) does not belong here: \(whose)"
        case .older(let rows, let folder) where region == nil:
            "\(path) is older than this data folder: it has seen \(rows) commits of \(folder)"
        case .older(let rows, let packs):
            "\(path) is older than the packs beside it: it has seen \(rows) commits, and the packs were written to after \(packs)"
        case .logOfLater(let rows, let log):
            "\(path) is older than its log, \(path)-wal: it has seen \(rows) commits, and the log goes on after \(log)"
        case .former: "\(path) and its packs are not the ones that the directory knows by this name: they were set aside once"
        case .unproven(let cause) where region == nil: "nothing proves that \(path) is the last one of this data folder: \(cause)"
        case .unproven(let cause): "nothing proves that \(path) is the file that the packs beside it belong to: \(cause)"
        case .packsMissing: "\(path) is missing or empty, and the rows name content that stood in it"
        case .replaced: "\(path) was removed or replaced while the server ran"
        }
    }

    private var loss: String {
        let what =
            region == nil
            ? "It holds the account, the access keys, the names of buckets, and the keys that every KMS key is sealed under."
            : "The rows of a Region are its images, snapshots, KMS keys, buckets and objects; without them its packs are bytes without a name."
        return problem == .packsMissing ? "Packs hold the bytes of all disks and objects." : what
    }

    private var remedy: String {
        guard !isInPostgres else {
            return
                "Nothing was changed. Name the database that this data folder belongs to with --database, or bring it back as it was last"
                + " (docs/operating.md)."
        }
        switch problem {
        case .replaced:
            return
                "Nothing is freed. What was acknowledged since is in the file that the server has open: stop the server before files are put back."
        case .logOfLater:
            return "Nothing was changed. Put back the file that the log belongs to; or, to go on from the older one, move \(path)-wal and"
                + " \(path)-shm away: ferry recover then says what is lost."
        case .former:
            return "Nothing was changed. Put back the Region that is known, or go on with this one by ferry recover --accept \(name)."
        case .packsMissing:
            return "Nothing was changed. Put the packs back from a backup (docs/operating.md); or go on without them by"
                + " ferry recover --accept \(name): keys and names stay, and no disk or object can be read."
        case .older where region == nil, .unproven where region == nil:
            return "Nothing was changed. Put the right file back from a backup (docs/operating.md); or go on with this one by"
                + " ferry recover --accept \(name), which takes the names of buckets from the Regions; keys made since are lost."
        case .older, .unproven:
            return "Nothing was changed. Put the right files back from a backup (docs/operating.md); or go on with what is there by"
                + " ferry recover --accept \(name), after which the next collection frees what these rows do not know."
        case .folderMissing, .missing, .empty, .foreign:
            return "Nothing was changed. Put the right files back from a backup (docs/operating.md); or begin anew by"
                + " ferry recover --begin-anew \(name), which keeps what is there in a folder beside it."
        }
    }
}
