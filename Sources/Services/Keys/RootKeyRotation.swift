import Domain
import Foundation
import Logging
import Metadata
import Sealing

/// Replaces the root key, and the vault key under it: every material is sealed anew, and nothing else is touched. The server is stopped.
///
/// It can be cut off anywhere. Until the one commit that hands over, the old root key counts, and from then on the new one; materials
/// name their vault key, so those that are still to be sealed anew open as before, and the next run finishes them.
package struct RootKeyRotation: Sendable {
    package struct Report: Hashable, Sendable {
        /// How many materials of KMS keys, data keys of S3, keys of certificates and secrets of access keys were sealed anew.
        package var materials = 0
    }

    private static let batch = 500

    private let folder: DataFolder
    private let directory: DirectoryRows
    private let loader: VaultLoader

    /// The caller holds the folder's lock.
    package init(folder: DataFolder, clock: WallClock = .system, logger: Logger) throws {
        self.folder = folder
        directory = try DirectoryRows.open(in: folder)
        loader = VaultLoader(folder: folder, directory: directory.database, clock: clock, logger: logger)
    }

    package func run(from old: RootKeySource, to new: RootKeySource) async throws -> Report {
        // A backup that runs would get rows of before and the directory of after.
        let hold = try HeldRemovals(folder)
        defer { hold.release() }
        _ = try await loader.open(old)
        // Before anything is changed: what is sealed under the old key in rows that are lost would open under none.
        for region in try Maintenance(folder: folder).regions() { try rows(of: region).database.close() }
        guard let known = try await loader.directory.read({ try VaultTable($0).rootKey() }) else {
            preconditionFailure("a vault that was opened has a root key")
        }
        let oldRoot = try loader.rootKey(old, known)
        // What a rotation left that did not get to its commit is nobody's key.
        try folder.remove(folder.nextRootKey)
        let (newRoot, row) = try loader.newRootKey(new, keptAs: folder.nextRootKey)
        let key = VaultKey.random()
        try await handOver(from: oldRoot, to: newRoot, row, adding: key)
        try settleFiles(old: old, new: new)
        return try await reseal(loader.vault(under: newRoot))
    }

    /// In one commit: the vault keys under the new root key, a new one before them, and what the new root key is known by.
    private func handOver(from oldRoot: RootKey, to newRoot: RootKey, _ row: RootKeyRow, adding key: VaultKey) async throws {
        let now = loader.clock.now
        try await loader.directory.write { transaction in
            let table = VaultTable(transaction)
            for known in try table.vaultKeys() {
                try table.setSealed(newRoot.seal(oldRoot.open(known.sealed, id: known.id)), of: known.id)
            }
            try table.insertVaultKey(id: key.id, sealed: newRoot.seal(key), at: now)
            try table.setRootKey(row)
        }
    }

    /// The old file goes when it is the key no longer.
    private func settleFiles(old: RootKeySource, new: RootKeySource) throws {
        if case .dataFolder = new {
            try folder.move(folder.nextRootKey, to: folder.rootKey)
        } else if case .dataFolder = old {
            try folder.remove(folder.rootKey)
        }
    }

    private func reseal(_ vault: Vault) async throws -> Report {
        var report = Report()
        for region in try folder.regions() {
            let database = try rows(of: region).database
            report.materials += try await reseal(in: region, database, vault)
            report.materials += try await resealDataKeys(of: region, database, vault)
            report.materials += try await resealCertificateKey(of: region, database, vault)
            try database.close()
        }
        report.materials += try await DirectorySecrets(directory: loader.directory, vault: vault).sealAnew()
        // No material names them any more.
        try await loader.directory.write { transaction in
            let table = VaultTable(transaction)
            for known in try table.vaultKeys() where known.id != vault.currentID { try table.deleteVaultKey(known.id) }
        }
        return report
    }

    private func rows(of region: Region) throws -> RegionRows {
        try RegionRows.open(region, in: folder, expecting: directory.expectation(of: region))
    }

    private func reseal(in region: Region, _ database: Database, _ vault: Vault) async throws -> Int {
        var done = 0
        var place: (key: KeyID, number: Int)?
        while true {
            let after = place
            let (changed, last) = try await database.write { transaction -> (Int, KeyMaterial?) in
                let table = MaterialTable(transaction)
                let rows = try table.page(after: after, limit: Self.batch)
                var changed = 0
                for row in rows where !vault.isCurrent(row.sealed) {
                    let place = MaterialPlace(region: region, key: row.key, number: row.number)
                    try table.setSealed(vault.seal(vault.open(row.sealed, of: place), of: place), of: row)
                    changed += 1
                }
                return (changed, rows.last)
            }
            done += changed
            guard let last else { return done }
            place = (last.key, last.number)
        }
    }

    private func resealDataKeys(of region: Region, _ database: Database, _ vault: Vault) async throws -> Int {
        try await database.write { transaction in
            let table = DomainTable(transaction)
            let former = try table.wrappedByVault().filter { !vault.isCurrent($0.wrapped) }
            for row in former {
                let place = MaterialPlace(dataKeyOf: row.id, in: region)
                try table.setWrapped(vault.seal(vault.open(row.wrapped, of: place), of: place), of: row.id)
            }
            return former.count
        }
    }

    private func resealCertificateKey(of region: Region, _ database: Database, _ vault: Vault) async throws -> Int {
        try await database.write { transaction in
            let table = CertificateTable(transaction)
            guard let row = try table.certificate(), !vault.isCurrent(row.sealedKey) else { return 0 }
            let place = MaterialPlace(certificateKeyOf: region)
            try table.setSealedKey(vault.seal(vault.open(row.sealedKey, of: place), of: place))
            return 1
        }
    }
}
