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

    /// How the directory and each Region stand: what is amiss, or nil. Changes nothing, and needs no lock.
    package func findings() throws -> [(name: String, trouble: (any Error)?)] {
        var findings: [(name: String, trouble: (any Error)?)] = []
        var directory: Database?
        do {
            directory = try DirectoryRows.read(in: folder)
            findings.append((Self.directoryName, nil))
        } catch {
            findings.append((Self.directoryName, error))
        }
        defer { try? directory?.close() }
        let known = try directory?.blockingRead { try RegionTable($0).regions() } ?? []
        for region in Set(known + (try folder.regions())).sorted() {
            do {
                try RegionRows.read(region, in: folder, expecting: directory.flatMap { try? DirectoryRows.expectation(of: region, in: $0) })
                    .close()
                findings.append((region.rawValue, nil))
            } catch {
                findings.append((region.rawValue, error))
            }
        }
        return findings
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
                collections: known?.collections ?? 0
            )
            try database.blockingWrite { try IdentityTable($0).set(accepted) }
            try folder.makePacks(region)
            _ = try RowsMark(.init(id: accepted.id, place: region.rawValue, commits: accepted.commits), in: folder.packs(region))
        }
    }

    /// Sets what there is of a Region aside, so that the next start makes it anew.
    ///
    /// - Returns: where it stands now; nil when there was nothing.
    package func beginAnew(_ region: Region) throws -> String? {
        let directory = try DirectoryRows.open(in: folder)
        defer { try? directory.database.close() }
        try checkIsAmiss(region.rawValue) {
            try RegionRows.open(region, in: folder, expecting: directory.expectation(of: region)).database.close()
        }
        let aside = try setAside([folder.regionFolder(region)], as: region.rawValue)
        try directory.database.blockingWrite { try RegionTable($0).delete(region) }
        return aside
    }

    /// Sets the directory aside and makes one anew, with what the rows of the Regions tell of it: the account, and the names of buckets.
    ///
    /// - Returns: where the old one stands now; nil when there was nothing.
    package func beginAnewWithDirectory() throws -> String? {
        try checkIsAmiss(Self.directoryName) { try DirectoryRows.open(in: folder).database.close() }
        let id = DirectoryRows.folderOfRegions(folder) ?? Identity.randomID()
        let files = ["", "-wal", "-shm"].map { folder.directoryDatabase + $0 }
        let aside = try setAside(files, as: Self.directoryName)
        let directory = try Database(path: folder.directoryDatabase, schema: .directory)
        defer { try? directory.close() }
        let now = clock.now
        for region in try folder.regions() where FileIdentity.bytes(of: folder.regionDatabase(region)) ?? 0 > 0 {
            let rows = try Database(path: folder.regionDatabase(region), schema: .region)
            defer { try? rows.close() }
            let (accounts, buckets) = try rows.blockingRead { (try RecoveryTable($0).accounts(), try RecoveryTable($0).buckets()) }
            try directory.blockingWrite { transaction in
                for account in accounts { try DirectoryTable(transaction).insertAccount(account, at: now) }
                let names = BucketNameTable(transaction)
                for bucket in buckets where try names.row(bucket.name) == nil {
                    try names.insert(.init(name: bucket.name, owner: bucket.account, region: region, createdAt: bucket.createdAt))
                }
            }
            try rows.blockingWrite { try RecoveryTable($0).forgetVault() }
        }
        try directory.blockingWrite { try IdentityTable($0).set(Identity(id: id, place: Self.directoryName)) }
        return aside
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
        let there = paths.filter { FileIdentity($0) != nil }
        guard !there.isEmpty else { return nil }
        let stamp = clock.now.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: false).timeSeparator(.omitted))
        let aside = "\(folder.path)/set-aside/\(name)-\(stamp)-\(UUID().uuidString.prefix(8))"
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
        try FileManager.default.createDirectory(atPath: aside, withIntermediateDirectories: true, attributes: attributes)
        for path in there { try folder.move(path, to: aside + "/" + (path.split(separator: "/").last.map(String.init) ?? "file")) }
        try DataFolder.sync(aside)
        return aside
    }
}

/// There is nothing to recover from: what is whole is not set aside by mistake.
package struct NothingAmiss: Error, CustomStringConvertible {
    package let name: String

    package var description: String { "nothing is amiss with \(name): nothing was changed" }
}
