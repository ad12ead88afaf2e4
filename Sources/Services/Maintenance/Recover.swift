import Blocks
import Domain
import Foundation
import Metadata

/// What an operator does when the files of a data folder do not belong together. The caller holds the folder's lock.
package struct Recover: Sendable {
    /// What the directory is called where Regions are named.
    package static let directoryName = "directory"

    let folder: DataFolder
    let clock: WallClock

    package init(folder: DataFolder, clock: WallClock = .system) {
        self.folder = folder
        self.clock = clock
    }

    /// Goes on from the directory that there is, although it is older than the folder: names of buckets that it lacks are taken from the Regions.
    ///
    /// - Throws: `RowsAmiss` when that is not what is amiss, and `NothingAmiss`.
    package func acceptDirectory() throws {
        do {
            try DirectoryRows.open(in: folder).database.close()
            throw NothingAmiss(name: Self.directoryName)
        } catch let amiss as RowsAmiss where amiss.region == nil && amiss.isAcceptable {
            let directory = try DirectoryRows.open(in: folder, isAccepted: true)
            defer { try? directory.database.close() }
            for region in try regionsWithRows() {
                let rows = try Database(reading: folder.regionDatabase(region), schema: .region)
                defer { try? rows.close() }
                try takeNames(from: rows, of: region, into: directory.database)
            }
        }
    }

    /// Goes on from the rows that there are, although they are older than the packs or nothing proves them.
    ///
    /// - Throws: `RowsAmiss` when that is not what is amiss, and `NothingAmiss`.
    package func accept(_ region: Region) throws {
        let directory = try DirectoryRows.open(in: folder)
        defer { try? directory.database.close() }
        let expectation = try directory.expectation(of: region)
        do {
            try RegionRows.open(region, in: folder, expecting: expectation).database.close()
            throw NothingAmiss(name: region.rawValue)
        } catch let amiss as RowsAmiss where amiss.isAcceptable {
            var marked: UInt64 = 0
            if case .value(let value)? = try? RowsMark.read(in: folder.packs(region)) { marked = value.commits }
            let database = try Database(path: folder.regionDatabase(region), schema: .region)
            defer { try? database.close() }
            let known = try database.blockingRead { try IdentityTable($0).identity() }
            let accepted = Identity(
                id: known?.id ?? expectation.rows ?? Identity.randomID(),
                place: region.rawValue,
                folder: expectation.folder,
                // Ahead of the packs, so that the rows that were lost are told from these should they be found again.
                commits: max(known?.commits ?? 0, marked) + 1,
                collections: known?.collections ?? 0,
                isWithoutPacks: amiss.problem == .packsMissing
            )
            try database.blockingWrite { try IdentityTable($0).set(accepted) }
            try folder.makePacks(region)
            _ = try RowsMark(.init(id: accepted.id, place: region.rawValue, commits: accepted.commits), in: folder.packs(region))
            if expectation.rows != accepted.id { try directory.replace(region, accepted) }
        }
    }

    /// Sets what there is of a Region aside, so that the next start makes it anew.
    ///
    /// - Returns: where it stands now; nil when there was nothing.
    package func beginAnew(_ region: Region) throws -> String? {
        try folder.checkPlaceOfRows()
        let directory = try DirectoryRows.open(in: folder)
        defer { try? directory.database.close() }
        try checkIsAmiss(region.rawValue) {
            let rows = try RegionRows.open(region, in: folder, expecting: directory.expectation(of: region)).database
            defer { try? rows.close() }
            try rows.check(thoroughly: true)
        }
        let aside = try setAside([folder.regionFolder(region)], as: region.rawValue)
        try directory.database.blockingWrite { try RegionTable($0).delete(region) }
        return aside
    }

    /// Sets the directory aside and makes one anew, with what the rows of the Regions tell of it: the account, and the names of buckets. What
    /// the rows hold that only the lost directory opens is forgotten: they are set aside as they were.
    ///
    /// - Returns: where the old files stand now.
    package func beginAnewWithDirectory() throws -> String? {
        try folder.checkPlaceOfRows()
        try checkIsAmiss(Self.directoryName) {
            let directory = try DirectoryRows.open(in: folder).database
            defer { try? directory.close() }
            try directory.check(thoroughly: true)
        }
        let id = DirectoryRows.folderOfRegions(folder) ?? Identity.randomID()
        let regions = try regionsWithRows()
        let aside = try makeAside(Self.directoryName)
        for region in regions {
            // In order, with nothing left in a log.
            try Database(path: folder.regionDatabase(region), schema: .region).close()
            try FileManager.default.copyItem(atPath: folder.regionDatabase(region), toPath: "\(aside)/\(region).region.sqlite")
        }
        try DataFolder.syncFiles(in: aside)
        try move(["", "-wal", "-shm"].map { folder.directoryDatabase + $0 } + ["\(folder.path)/\(RowsMark.fileName)"], to: aside)
        let directory = try Database(path: folder.directoryDatabase, schema: .directory)
        defer { try? directory.close() }
        for region in regions {
            let rows = try Database(path: folder.regionDatabase(region), schema: .region)
            defer { try? rows.close() }
            try takeNames(from: rows, of: region, into: directory)
            try rows.blockingWrite { try RecoveryTable($0).forgetVault() }
        }
        try directory.blockingWrite { try IdentityTable($0).set(Identity(id: id, place: Self.directoryName)) }
        _ = try RowsMark(.init(id: id, place: Self.directoryName, commits: 0), in: folder.path)
        return aside
    }

    private func regionsWithRows() throws -> [Region] {
        try folder.regions().filter { FileIdentity.bytes(of: folder.regionDatabase($0)) ?? 0 > 0 }
    }

    /// Notes in a directory the account and the buckets that a Region has.
    private func takeNames(from rows: Database, of region: Region, into directory: Database) throws {
        let now = clock.now
        let (accounts, buckets) = try rows.blockingRead { (try RecoveryTable($0).accounts(), try RecoveryTable($0).buckets()) }
        try directory.blockingWrite { transaction in
            for account in accounts { try DirectoryTable(transaction).insertAccount(account, at: now) }
            let names = BucketNameTable(transaction)
            for bucket in buckets where try names.row(bucket.name) == nil {
                try names.insert(.init(name: bucket.name, owner: bucket.account, region: region, createdAt: bucket.createdAt))
            }
        }
    }

    private func checkIsAmiss(_ name: String, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch {
            return
        }
        throw NothingAmiss(name: name)
    }

    private func setAside(_ paths: [String], as name: String) throws -> String? {
        guard paths.contains(where: { FileIdentity($0) != nil }) else { return nil }
        let aside = try makeAside(name)
        try move(paths, to: aside)
        return aside
    }

    private func makeAside(_ name: String) throws -> String {
        let stamp = clock.now.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: false).timeSeparator(.omitted))
        let aside = "\(folder.path)/set-aside/\(name)-\(stamp)-\(UUID().uuidString.prefix(8))"
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
        try FileManager.default.createDirectory(atPath: aside, withIntermediateDirectories: true, attributes: attributes)
        return aside
    }

    private func move(_ paths: [String], to aside: String) throws {
        for path in paths where FileIdentity(path) != nil {
            try folder.move(path, to: aside + "/" + (path.split(separator: "/").last.map(String.init) ?? "file"))
        }
        try DataFolder.sync(aside)
    }
}

/// There is nothing to recover from: what is whole is not set aside by mistake.
package struct NothingAmiss: Error, CustomStringConvertible {
    package let name: String

    package var description: String { "there is nothing wrong with \(name), so nothing was changed" }
}
