import Domain
import Foundation
import Metadata

/// The directory of a data folder, once it is proven that it is the one that its Regions belong to.
struct DirectoryRows {
    let database: Database
    let id: [UInt8]

    /// Opens the directory to write, or makes it when the folder is new.
    ///
    /// - Throws: `RowsAmiss`
    static func open(in folder: DataFolder) throws -> DirectoryRows {
        try check(folder)
        let database = try Database(path: folder.directoryDatabase, schema: .directory) { try checkContent($0, folder) }
        let id = try database.blockingWrite { transaction in
            if let known = try IdentityTable(transaction).identity() { return known.id }
            // A directory of before there were identities belongs to Regions that may have one.
            let made = Identity(id: folderOfRegions(folder) ?? Identity.randomID(), place: Recover.directoryName)
            try IdentityTable(transaction).set(made)
            return made.id
        }
        return DirectoryRows(database: database, id: id)
    }

    /// Opens the directory to read it.
    static func read(in folder: DataFolder) throws -> Database {
        try check(folder)
        return try Database(reading: folder.directoryDatabase, schema: .directory) { try checkContent($0, folder) }
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

    private static func check(_ folder: DataFolder) throws {
        guard FileIdentity(folder.unfinishedRestore) == nil else { throw RestoreUnfinished(path: folder.path) }
        let bytes = FileIdentity.bytes(of: folder.directoryDatabase)
        guard bytes ?? 0 == 0, try holdsRegions(folder) else { return }
        throw amiss(bytes == nil ? .missing : .empty, folder)
    }

    private static func checkContent(_ transaction: Transaction, _ folder: DataFolder) throws {
        if try Schema.isEmpty(transaction), try holdsRegions(folder) { throw amiss(.empty, folder) }
        if let place = try IdentityTable(transaction).identity()?.place, place != Recover.directoryName {
            throw amiss(.foreign("it holds the rows of \(place)"), folder)
        }
    }

    private static func amiss(_ problem: RowsAmiss.Problem, _ folder: DataFolder) -> RowsAmiss {
        RowsAmiss(region: nil, path: folder.directoryDatabase, problem: problem)
    }

    private static func holdsRegions(_ folder: DataFolder) throws -> Bool {
        try folder.regions().contains { FileIdentity.bytes(of: folder.regionDatabase($0)) ?? 0 > 0 || $0.hasFiles(in: folder) }
    }

    /// The directory that the rows of the Regions name.
    static func folderOfRegions(_ folder: DataFolder) -> [UInt8]? {
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
