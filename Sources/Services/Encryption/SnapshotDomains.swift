import Domain
import Metadata
import Sealing

/// The domains of one Region: finds the one of a KMS key, or of S3's own key, and hands out its data key.
///
/// Keeps no data key: `SealDomains` does, for as long as no key of the Region changes its state.
package final class SnapshotDomains: Sendable {
    private let database: Database
    private let ring: KeyRing
    private let vault: Vault
    private let clock: WallClock

    package init(database: Database, ring: KeyRing, vault: Vault, clock: WallClock) {
        self.database = database
        self.ring = ring
        self.vault = vault
        self.clock = clock
    }

    /// The domain of an account under a key, made when there is none. Two calls at once make one.
    ///
    /// - Throws: `KeyUnusable` when it has to be made and the key cannot be used.
    package func domain(for key: KMSKey, account: AccountID) async throws -> DomainID {
        try await domain(.kms(key.id), account: account) { id in
            try await ring.generateDataKey(under: key, context: Self.context(of: id)).wrapped
        }
    }

    /// The domain of an account under a key; nil when it is yet to be made.
    func known(for key: KMSKey, account: AccountID) async throws -> DomainID? {
        try await database.read { try DomainTable($0).domain(of: account, key: .kms(key.id))?.id }
    }

    /// The domain of an account under S3's own key: its data key is wrapped by the vault, so it opens as long as Ferry has its root key.
    package func s3Domain(of account: AccountID) async throws -> DomainID {
        try await domain(.s3, account: account) { id in
            try vault.seal(.random(count: 32), of: MaterialPlace(dataKeyOf: id, in: ring.region))
        }
    }

    private func domain(_ key: DomainKey, account: AccountID, wrappedKey: (DomainID) async throws -> [UInt8]) async throws -> DomainID {
        if let known = try await database.read({ try DomainTable($0).domain(of: account, key: key) }) { return known.id }
        let id = DomainID.random()
        let made = DomainTable.Row(id: id, account: account, key: key, wrapped: try await wrappedKey(id), createdAt: clock.now)
        return try await database.write { transaction in
            let table = DomainTable(transaction)
            if let known = try table.domain(of: account, key: key) { return known.id }
            try table.insert(made)
            return made.id
        }
    }

    /// The key that the bytes of a domain are sealed under: 32 bytes.
    ///
    /// - Throws: `KeyUnusable` when the KMS key is disabled, to be deleted or gone; `UnknownDomain`; `DataKeyDamaged`.
    package func dataKey(of id: DomainID) async throws -> SecretBytes {
        guard let row = try await database.read({ try DomainTable($0).domain(id) }) else { throw UnknownDomain(id: id) }
        switch row.key {
        case .kms: return try await ring.unwrap(row.wrapped, context: Self.context(of: id), account: row.account)
        case .s3:
            do {
                return try vault.open(row.wrapped, of: MaterialPlace(dataKeyOf: id, in: ring.region))
            } catch {
                throw DataKeyDamaged(key: "the vault")
            }
        }
    }

    func all() async throws -> [DomainID] { try await database.read { try DomainTable($0).ids() } }

    private static func context(of id: DomainID) throws -> EncryptionContext {
        try EncryptionContext([(key: "aws:ebs:id", value: id.rawValue)])
    }
}

/// A snapshot or an object names a domain that has no row: its bytes cannot be read.
package struct UnknownDomain: Error, CustomStringConvertible {
    package let id: DomainID

    package var description: String { "the data key \(id) is missing from the Region's database" }
}
