import Domain
import Metadata
import Sealing

/// The domains of one Region: finds the one of a KMS key and hands out its data key.
///
/// Keeps no data key: `SealDomains` does, for as long as no key of the Region changes its state.
package final class SnapshotDomains: Sendable {
    private let database: Database
    private let ring: KeyRing
    private let clock: WallClock

    package init(database: Database, ring: KeyRing, clock: WallClock) {
        self.database = database
        self.ring = ring
        self.clock = clock
    }

    /// The domain of an account under a key, made when there is none. Two calls at once make one.
    ///
    /// - Throws: `KeyUnusable` when it has to be made and the key cannot be used.
    package func domain(for key: KMSKey, account: AccountID) async throws -> DomainID {
        if let known = try await database.read({ try DomainTable($0).domain(of: account, key: key.id) }) { return known.id }
        let id = DomainID.random()
        let wrapped = try await ring.generateDataKey(under: key, context: Self.context(of: id)).wrapped
        let made = DomainTable.Row(id: id, account: account, key: key.id, wrapped: wrapped, createdAt: clock.now)
        return try await database.write { transaction in
            let table = DomainTable(transaction)
            if let known = try table.domain(of: account, key: key.id) { return known.id }
            try table.insert(made)
            return made.id
        }
    }

    /// The key that the bytes of a domain are sealed under: 32 bytes.
    ///
    /// - Throws: `KeyUnusable` when the KMS key is disabled, to be deleted or gone; `UnknownDomain`; `DataKeyDamaged`.
    package func dataKey(of id: DomainID) async throws -> SecretBytes {
        guard let row = try await database.read({ try DomainTable($0).domain(id) }) else { throw UnknownDomain(id: id) }
        return try await ring.unwrap(row.wrapped, context: Self.context(of: id))
    }

    func all() async throws -> [DomainID] { try await database.read { try DomainTable($0).ids() } }

    private static func context(of id: DomainID) throws -> EncryptionContext {
        try EncryptionContext([(key: "aws:ebs:id", value: id.rawValue)])
    }
}

/// A snapshot names a domain that has no row: its bytes cannot be read.
package struct UnknownDomain: Error, CustomStringConvertible {
    package let id: DomainID

    package var description: String { "the data key \(id) of an encrypted snapshot is missing from the Region's database" }
}
