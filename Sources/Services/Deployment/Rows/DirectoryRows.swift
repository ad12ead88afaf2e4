import Blocks
import Domain
import Foundation
import Metadata

/// The directory of a data folder, once it is proven that it is the one that its Regions belong to.
///
/// Like the rows of a Region it counts its commits, and a mark in the data folder says how far it has come.
struct DirectoryRows {
    let database: Database
    let id: [UInt8]

    /// Opens the directory to write, or makes it when the folder is new.
    ///
    /// - Parameter isAccepted: whoever opens it knows that it is not the last one: its mark is made anew.
    /// - Throws: `RowsAmiss`
    static func open(in folder: DataFolder, isAccepted: Bool = false) throws -> DirectoryRows {
        let proof = try check(folder)
        let database = try folder.openDirectory { transaction in
            try checkContent(transaction, folder)
            if !isAccepted { try check(transaction, proof, folder) }
        }
        do {
            let identity = try database.blockingWrite { try Self.identity(folder, $0, accepting: isAccepted ? proof : nil) }
            let mark = try RowsMark(
                .init(id: identity.id, place: Recover.directoryName, commits: identity.commits),
                in: folder.path
            )
            database.countCommits { mark.advance(to: $0) }
            return DirectoryRows(database: database, id: identity.id)
        } catch {
            try? database.close()
            throw error
        }
    }

    /// Opens the directory to read it.
    static func read(in folder: DataFolder) throws -> Database {
        let proof = try check(folder)
        return try Database(reading: folder.directoryDatabase, schema: .directory) { transaction in
            try checkContent(transaction, folder)
            try check(transaction, proof, folder)
        }
    }

    private static func identity(_ folder: DataFolder, _ transaction: Transaction, accepting proof: RowsProof?) throws -> Identity {
        let table = IdentityTable(transaction)
        // A directory of before there were identities belongs to Regions that may have one.
        var identity =
            try table.identity() ?? Identity(id: folderOfRegions(folder) ?? Identity.randomID(), place: Recover.directoryName)
        if let proof {
            // Ahead of the mark, so that the directory that was lost is told from this one should it be found again.
            if case .value(let mark) = proof.mark { identity.commits = max(identity.commits, mark.commits) }
            identity.commits += 1
        }
        if try table.identity() != identity { try table.set(identity) }
        return identity
    }

    func expectation(of region: Region) throws -> RegionRows.Expectation {
        let rows = try database.blockingRead { try RegionTable($0).id(of: region) }
        return RegionRows.Expectation(folder: id, rows: rows)
    }

    /// What a directory that is only read says of a Region; nil when it is of before there were identities.
    static func expectation(of region: Region, in database: Database) throws -> RegionRows.Expectation? {
        try database.blockingRead { transaction in
            guard let identity = try IdentityTable(transaction).identity() else { return nil }
            return RegionRows.Expectation(folder: identity.id, rows: try RegionTable(transaction).id(of: region))
        }
    }

    static func expectation(of region: Region, in folder: DataFolder) throws -> RegionRows.Expectation? {
        let directory = try read(in: folder)
        defer { try? directory.close() }
        return try expectation(of: region, in: directory)
    }

    /// From now on all files of the Region are to be there.
    func note(_ region: Region, _ identity: Identity) throws {
        guard try expectation(of: region).rows == nil else { return }
        try database.blockingWrite { try RegionTable($0).insert(region, id: identity.id) }
    }

    /// From now on these are the rows of the Region.
    func replace(_ region: Region, _ identity: Identity) throws {
        try database.blockingWrite { transaction in
            try RegionTable(transaction).delete(region)
            try RegionTable(transaction).insert(region, id: identity.id)
        }
    }

    private static func check(_ folder: DataFolder) throws -> RowsProof {
        guard FileIdentity(folder.unfinishedRestore) == nil else { throw RestoreUnfinished(path: folder.path) }
        try folder.checkPlaceOfRows()
        let proof = RowsProof(place: Recover.directoryName, path: folder.directoryDatabase, markIn: folder.path)
        guard folder.postgres == nil else { return proof }
        if let problem = proof.problemOfLog() { throw amiss(problem, folder) }
        let bytes = FileIdentity.bytes(of: folder.directoryDatabase)
        if bytes ?? 0 == 0, try holdsRegions(folder) { throw amiss(bytes == nil ? .missing : .empty, folder) }
        return proof
    }

    private static func check(_ transaction: Transaction, _ proof: RowsProof, _ folder: DataFolder) throws {
        guard let identity = try IdentityTable(transaction).identity() else { return }
        switch proof.mark {
        case .value(let mark): if let problem = proof.problem(of: identity, against: mark) { throw amiss(problem, folder) }
        case .damaged: throw amiss(proof.lackOfMark, folder)
        // A folder whose first start was cut off has none yet, and knows no Region.
        case .missing: if try !RegionTable(transaction).regions().isEmpty { throw amiss(proof.lackOfMark, folder) }
        }
    }

    private static func checkContent(_ transaction: Transaction, _ folder: DataFolder) throws {
        if try Schema.isEmpty(transaction), try holdsRegions(folder) { throw amiss(.empty, folder) }
        if let place = try IdentityTable(transaction).identity()?.place, place != Recover.directoryName {
            throw amiss(.foreign("it holds the rows of \(place)"), folder)
        }
    }

    private static func amiss(_ problem: RowsAmiss.Problem, _ folder: DataFolder) -> RowsAmiss {
        RowsAmiss(region: nil, path: folder.nameOfDirectory, problem: problem, isInPostgres: folder.postgres != nil)
    }

    private static func holdsRegions(_ folder: DataFolder) throws -> Bool {
        try folder.regions().contains { FileIdentity.bytes(of: folder.regionDatabase($0)) ?? 0 > 0 || $0.hasFiles(in: folder) }
    }

    /// The directory that the rows of the Regions name.
    static func folderOfRegions(_ folder: DataFolder) -> [UInt8]? {
        guard folder.postgres == nil else { return nil }
        for region in (try? folder.regions()) ?? [] {
            guard let rows = try? Database(reading: folder.regionDatabase(region), schema: .region) else { continue }
            defer { try? rows.close() }
            if let id = try? rows.blockingRead({ try IdentityTable($0).identity()?.folder }) { return id }
        }
        return nil
    }
}

extension Region {
    /// Whether anything but empty folders stands in the Region's folder.
    fileprivate func hasFiles(in folder: DataFolder) -> Bool {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.packs(self))) ?? []
        return !names.isEmpty
    }
}
