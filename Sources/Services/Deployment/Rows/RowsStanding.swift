import Blocks
import Domain
import Foundation
import Metadata

/// How the files of a Region stand to each other: what has to be so before its rows are used.
struct RowsStanding {
    let region: Region
    let folder: DataFolder
    let expectation: RegionRows.Expectation?
    let proof: RowsProof

    init(region: Region, folder: DataFolder, expectation: RegionRows.Expectation?) {
        self.region = region
        self.folder = folder
        self.expectation = expectation
        proof = RowsProof(place: region.rawValue, path: folder.regionDatabase(region), markIn: folder.packs(region))
    }

    private var mark: RowsMark.Reading { proof.mark }

    func amiss(_ problem: RowsAmiss.Problem, path: String? = nil) -> RowsAmiss {
        RowsAmiss(region: region, path: path ?? folder.nameOfRows(region), problem: problem, isInPostgres: folder.postgres != nil)
    }

    /// Looks for what is lost before SQLite sees it: it would make an empty file anew, and remove the log of one that is gone.
    func checkFiles() throws {
        try folder.checkPlaceOfRows()
        guard FileIdentity(folder.regionFolder(region)) != nil else {
            guard expectation?.rows == nil else { throw amiss(.folderMissing, path: folder.regionFolder(region)) }
            return
        }
        // What is in the database is looked at when it is open.
        guard folder.postgres == nil else { return }
        let bytes = FileIdentity.bytes(of: folder.regionDatabase(region))
        let log = FileIdentity.bytes(of: folder.regionDatabase(region) + "-wal") ?? 0
        if let problem = proof.problemOfLog() { throw amiss(problem) }
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
                throw amiss(.unproven("it predates row identities, but newer rows have written to its packs"))
            }
            return
        }
        guard identity.place == region.rawValue else { throw amiss(.foreign("it holds the rows of \(identity.place)")) }
        if let expectation {
            guard identity.folder ?? expectation.folder == expectation.folder else {
                throw amiss(.foreign("it is of another data folder than directory.sqlite"))
            }
        }
        switch mark {
        case .value(let value): try check(identity, against: value)
        case .damaged: throw amiss(proof.lackOfMark)
        case .missing:
            // A Region whose first start was cut off has none yet, and is not known to the directory.
            guard expectation?.rows == nil || !hasPacks else { throw amiss(proof.lackOfMark) }
        }
        // All of the Region is of one piece, and was put aside once.
        if let rows = expectation?.rows, rows != identity.id { throw amiss(.former) }
    }

    func check(_ identity: Identity, against mark: RowsMark.Value) throws {
        if let problem = proof.problem(of: identity, against: mark) { throw amiss(problem) }
    }

    /// Rows that name content have packs.
    func checkPacks(of database: Database) throws {
        guard !hasPacks else { return }
        let isLost = try database.blockingRead { transaction in
            try RootTable(transaction).hasAny() && IdentityTable(transaction).identity()?.isWithoutPacks != true
        }
        guard isLost else { return }
        throw amiss(.packsMissing, path: folder.packs(region))
    }

    /// Whether there is anything that rows would be missed for.
    private var holdsData: Bool {
        expectation?.rows != nil || mark != .missing || hasPacks || indexNamesFrames
    }

    /// Whether there is a pack that frames were written to.
    var hasPacks: Bool {
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
