import Blocks
import Domain
import Foundation
import Glibc
import Metadata

/// The rows of a Region, once it is proven that they are the ones that its packs belong to.
///
/// The rows have an identity and count their commits; the packs beside them carry a mark with both (`RowsMark`), the index has the
/// identity, and the directory knows which Regions have been set up. A folder of before all that has none of it and gets it when it
/// is opened. docs/decisions/0017-whose-rows.md
package struct RegionRows: Sendable {
    /// What the directory says of a Region.
    package struct Expectation: Sendable {
        /// The id of the directory.
        let folder: [UInt8]
        /// The id of the Region's rows; nil when the Region has not been set up.
        let rows: [UInt8]?
    }

    package let database: Database
    let identity: Identity
    let mark: RowsMark
    private let region: Region
    private let folder: DataFolder
    /// Nil when the rows are in PostgreSQL.
    private let file: FileIdentity?

    /// Opens the rows to write, or makes them when the Region is new.
    ///
    /// - Throws: `RowsAmiss`
    static func open(
        _ region: Region,
        in folder: DataFolder,
        expecting expectation: Expectation? = nil,
        statistics: SQLStatistics = SQLStatistics()
    ) throws -> RegionRows {
        let standing = RowsStanding(region: region, folder: folder, expectation: expectation)
        try standing.checkFiles()
        try folder.make([region])
        let database = try folder.openRows(of: region, statistics: statistics) { transaction in
            try standing.check(transaction)
        }
        do {
            try standing.checkPacks(of: database)
            let identity = try database.blockingWrite { try Self.identity(region, expectation, hasPacks: standing.hasPacks, $0) }
            try folder.makePacks(region)
            let value = RowsMark.Value(id: identity.id, place: region.rawValue, commits: identity.commits)
            let mark = try RowsMark(value, in: folder.packs(region))
            database.countCommits { mark.advance(to: $0) }
            let file = FileIdentity(folder.regionDatabase(region))
            guard file != nil || folder.postgres != nil else { throw standing.amiss(.replaced) }
            return RegionRows(database: database, identity: identity, mark: mark, region: region, folder: folder, file: file)
        } catch {
            try? database.close()
            throw error
        }
    }

    /// Opens the rows to read them, beside a server or on a folder that cannot be written to.
    ///
    /// - Throws: `RowsAmiss`
    static func read(_ region: Region, in folder: DataFolder, expecting expectation: Expectation? = nil) throws -> Database {
        let expectation = try expectation ?? DirectoryRows.expectation(of: region, in: folder)
        let standing = RowsStanding(region: region, folder: folder, expectation: expectation)
        try standing.checkFiles()
        let database = try Database(reading: folder.regionDatabase(region), schema: .region) { try standing.check($0) }
        do {
            try standing.checkPacks(of: database)
            return database
        } catch {
            try? database.close()
            throw error
        }
    }

    /// Proves once more that the rows are the ones of the packs, and the file the one that stands in the folder.
    ///
    /// - Throws: `RowsAmiss`
    package func check() async throws {
        let standing = RowsStanding(region: region, folder: folder, expectation: nil)
        guard file == nil || FileIdentity(folder.regionDatabase(region)) == file else { throw standing.amiss(.replaced) }
        guard case .value(let value) = standing.proof.mark else { throw standing.amiss(standing.proof.lackOfMark) }
        let identity = try await database.read { try IdentityTable($0).identity() }
        guard let identity else { throw standing.amiss(.empty) }
        try standing.check(identity, against: value)
    }

    private static func identity(
        _ region: Region,
        _ expectation: Expectation?,
        hasPacks: Bool,
        _ transaction: Transaction
    ) throws -> Identity {
        let table = IdentityTable(transaction)
        if let known = try table.identity() {
            var changed = known
            changed.folder = known.folder ?? expectation?.folder
            // From now on packs that are lost are missed again.
            if hasPacks { changed.isWithoutPacks = false }
            if changed != known { try table.set(changed) }
            return changed
        }
        let made = Identity(id: Identity.randomID(), place: region.rawValue, folder: expectation?.folder)
        try table.set(made)
        return made
    }
}

/// Which file stands under a name.
struct FileIdentity: Equatable {
    private let device: UInt64
    private let number: UInt64

    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        (device, number) = (UInt64(status.st_dev), UInt64(status.st_ino))
    }

    static func bytes(of path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : nil
    }
}
