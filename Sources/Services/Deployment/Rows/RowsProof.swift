import Blocks
import Metadata

/// Whether rows are the ones that a mark was written for: the mark of a Region stands beside its packs, that of the directory in the data folder.
struct RowsProof {
    /// What the rows are of: a Region, or the directory.
    let place: String
    /// The file of the rows.
    let path: String
    /// The folder of the mark.
    let folder: String
    /// Read before the rows are: they go ahead of it, never behind.
    let mark: RowsMark.Reading
    private let unreadableMark: String?

    init(place: String, path: String, markIn folder: String) {
        (self.place, self.path, self.folder) = (place, path, folder)
        do {
            mark = try RowsMark.read(in: folder)
            unreadableMark = nil
        } catch {
            mark = .damaged
            unreadableMark = "\(error)"
        }
    }

    /// That the mark cannot be read, in words.
    var lackOfMark: RowsAmiss.Problem {
        .unproven(
            unreadableMark ?? "its mark, \(folder)/\(RowsMark.fileName), is \(mark == .missing ? "missing" : "damaged")"
        )
    }

    /// What is wrong with a log that lies beside the file, before SQLite lays it over the file without a word.
    func problemOfLog() -> RowsAmiss.Problem? {
        guard FileIdentity.bytes(of: path + "-wal") ?? 0 > 0 else { return nil }
        // The log is read first: a server that writes meanwhile has never come less far in the file than before the log's first commit.
        let first = Database.identityAfterFirstOfLog(path)
        guard case .value(let value) = mark, let alone = Database.identityWithoutLog(path) else { return nil }
        guard alone.id == value.id else { return .foreign(whose(alone, besides: value)) }
        guard let first, first.commits > alone.commits + 1 else { return nil }
        return .logOfLater(rows: alone.commits, log: first.commits - 1)
    }

    /// What keeps rows from being the ones of the mark.
    func problem(of identity: Identity, against mark: RowsMark.Value) -> RowsAmiss.Problem? {
        guard mark.id == identity.id else { return .foreign(whose(identity, besides: mark)) }
        return mark.commits <= identity.commits ? nil : .older(rows: identity.commits, packs: mark.commits)
    }

    private func whose(_ identity: Identity, besides mark: RowsMark.Value) -> String {
        if identity.place != place { return "it holds the rows of \(identity.place)" }
        if place == Recover.directoryName { return "this data folder has had another directory" }
        return "the packs beside it belong to \(mark.place == place ? "other rows of \(place)" : mark.place)"
    }
}
