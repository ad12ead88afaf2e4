import Blocks
import Domain
import Foundation
import Metadata

/// How the files of a Region stand to each other: what has to be so before its rows are used.
struct RowsStanding {
    let region: Region
    let folder: DataFolder
    let expectation: RegionRows.Expectation?
    /// Read before the rows are: they go ahead of it, never behind.
    let mark: RowsMark.Reading
    private let unreadableMark: String?

    init(region: Region, folder: DataFolder, expectation: RegionRows.Expectation?) {
        self.region = region
        self.folder = folder
        self.expectation = expectation
        do {
            mark = try RowsMark.read(in: folder.packs(region))
            unreadableMark = nil
        } catch {
            mark = .damaged
            unreadableMark = "\(error)"
        }
    }

    func amiss(_ problem: RowsAmiss.Problem, path: String? = nil) -> RowsAmiss {
        RowsAmiss(region: region, path: path ?? folder.regionDatabase(region), problem: problem)
    }

    var whatIsWrongWithTheMark: String {
        if let unreadableMark { return unreadableMark }
        return "their mark, \(folder.packs(region))/\(RowsMark.fileName), is \(mark == .missing ? "missing" : "damaged")"
    }

    /// Looks for what is lost before SQLite sees it: it would make an empty file anew, and remove the log of one that is gone.
    func checkFiles() throws {
        guard FileIdentity(folder.regionFolder(region)) != nil else {
            guard expectation?.rows == nil else { throw amiss(.folderMissing, path: folder.regionFolder(region)) }
            return
        }
        let bytes = FileIdentity.bytes(of: folder.regionDatabase(region))
        let log = FileIdentity.bytes(of: folder.regionDatabase(region) + "-wal") ?? 0
        // SQLite would lay the log of other rows over the file without a word. The log is read first: a server that writes meanwhile has
        // never come less far in the file than before the log's first commit.
        let first = log > 0 ? Database.identityAfterFirstOfLog(folder.regionDatabase(region)) : nil
        if log > 0, case .value(let value) = mark, let alone = Database.identityWithoutLog(folder.regionDatabase(region)) {
            guard alone.id == value.id else { throw amiss(.foreign(whose(alone, besides: value))) }
            if let first, first.commits > alone.commits + 1 { throw amiss(.logOfLater(rows: alone.commits, log: first.commits - 1)) }
        }
        guard bytes ?? 0 == 0, log > 0 || holdsData else { return }
        throw amiss(bytes == nil ? .missing : .empty)
    }

    /// Looks at rows whose tables may be of any age.
    func check(_ transaction: Transaction) throws {
        guard try !Schema.isEmpty(transaction) else {
            if holdsData { throw amiss(.empty) }
            return
        }
        guard let identity = try IdentityTable(transaction).identity() else {
            guard expectation?.rows == nil, mark == .missing else {
                throw amiss(.unproven("it is of before rows had an identity, and the packs have been written to by later ones"))
            }
            return
        }
        guard identity.place == region.rawValue else { throw amiss(.foreign("it holds the rows of \(identity.place)")) }
        if let expectation {
            guard identity.folder ?? expectation.folder == expectation.folder else {
                throw amiss(.foreign("it is of another data folder than directory.sqlite"))
            }
            guard expectation.rows ?? identity.id == identity.id else {
                throw amiss(.foreign("it is not the file that this data folder has had for \(region)"))
            }
        }
        switch mark {
        case .value(let value): try check(identity, against: value)
        case .damaged: throw amiss(.unproven(whatIsWrongWithTheMark))
        case .missing:
            // A Region whose first start was cut off has none yet, and is not known to the directory.
            guard expectation?.rows == nil || !hasPacks else { throw amiss(.unproven(whatIsWrongWithTheMark)) }
        }
    }

    func check(_ identity: Identity, against mark: RowsMark.Value) throws {
        guard mark.id == identity.id else {
            throw amiss(.foreign(whose(identity, besides: mark)))
        }
        guard mark.commits <= identity.commits else { throw amiss(.older(rows: identity.commits, packs: mark.commits)) }
    }

    private func whose(_ identity: Identity, besides mark: RowsMark.Value) -> String {
        if identity.place != region.rawValue { return "it holds the rows of \(identity.place)" }
        return "the packs beside it belong to \(mark.place == region.rawValue ? "other rows of \(region)" : mark.place)"
    }

    /// Rows that name content have packs.
    func checkPacks(of database: Database) throws {
        guard !hasPacks, try database.blockingRead({ try RootTable($0).hasAny() }) else { return }
        throw amiss(.packsMissing, path: folder.packs(region))
    }

    /// Whether there is anything that rows would be missed for.
    private var holdsData: Bool {
        expectation?.rows != nil || mark != .missing || hasPacks || indexNamesFrames
    }

    /// Whether there is a pack that frames were written to.
    private var hasPacks: Bool {
        let packs = folder.packs(region)
        return ((try? FileManager.default.contentsOfDirectory(atPath: packs)) ?? []).contains { name in
            PackID(fileName: name) != nil && FileIdentity.bytes(of: "\(packs)/\(name)") ?? 0 > Int64(PackHeader.firstFrame)
        }
    }

    private var indexNamesFrames: Bool {
        let path = folder.frameIndex(region)
        guard FileIdentity.bytes(of: path) ?? 0 > 0 else { return false }
        do {
            let index = try Database(reading: path, schema: .frameIndex)
            defer { try? index.close() }
            return try index.blockingRead { try FrameTable($0).total() }.frames > 0
        } catch {
            // What cannot be read is not taken for empty.
            return true
        }
    }
}
