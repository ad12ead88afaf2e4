import Domain
import Foundation
import Metadata
import Sealing

extension KeyRing {
    /// Makes a key that Ferry manages in an account, in the place of AWS. Two at once make one.
    func make(_ managed: ManagedKey, for account: AccountID) async throws -> KMSKey {
        let now = clock.now
        let key = KMSKey(
            account: account,
            region: region,
            description: managed.description,
            manager: .aws,
            createdAt: now,
            rotation: KeyRotation(every: KeyRotation.daysDefault, from: now),
            policy: KeyPolicy.managed(managed, for: account, in: region),
            policyIDs: PrincipalIDs.none
        )
        let material = try KeyMaterialMaker.material(for: key.spec)
        return try await database.write { [self] transaction in
            if case .success(let known) = try lookUp(.alias(managed.alias), account: account, in: transaction) { return known }
            try insert(key, material: material, in: transaction)
            try AliasTable(transaction).insert(
                KeyAlias(name: managed.alias, account: account, target: key.id, createdAt: now, updatedAt: now)
            )
            return key
        }
    }

    /// Writes a new key with its first material.
    func insert(_ key: KMSKey, material: SecretBytes, in transaction: Transaction) throws {
        try KeyTable(transaction, in: region).insert(key)
        try MaterialTable(transaction).insert(row(for: key, material, cause: .creation))
    }

    /// Gives a key new material, which it encrypts with from now on. The ones before go on decrypting.
    func rotate(_ key: inout KMSKey, cause: KeyMaterial.Cause, in transaction: Transaction) throws {
        key.materialNumber += 1
        if cause == .automatic, let rotation = key.rotation { key.rotation = KeyRotation(every: rotation.days, from: clock.now) }
        try MaterialTable(transaction).insert(row(for: key, KeyMaterialMaker.material(for: key.spec), cause: cause))
        try KeyTable(transaction, in: region).update(key)
    }

    private func row(for key: KMSKey, _ material: SecretBytes, cause: KeyMaterial.Cause) throws -> KeyMaterial {
        KeyMaterial(
            key: key.id,
            number: key.materialNumber,
            id: KeyGrant.randomID(),
            sealed: try vault.seal(material, of: place(key.materialNumber, of: key.id)),
            createdAt: clock.now,
            cause: cause
        )
    }

    func place(_ number: Int, of key: KeyID) -> MaterialPlace { MaterialPlace(region: region, key: key, number: number) }

    /// A usable key with its current material.
    func current(_ key: KMSKey) async throws -> OpenKey {
        let id = key.id
        let open = try await open { [region] transaction in
            guard let key = try KeyTable(transaction, in: region).key(id),
                let material = try MaterialTable(transaction).material(key.materialNumber, of: id)
            else { return nil }
            return (key, material)
        }
        guard let open else { throw KeyUnusable(key.arn, .notFound) }
        return open
    }

    /// A usable key with the material that a blob was sealed with; nil when there is none such.
    func opener(of blob: CiphertextBlob) async throws -> OpenKey? {
        try await open { [region] transaction in
            guard let key = try KeyTable(transaction, in: region).key(blob.key),
                let material = try MaterialTable(transaction).material(blob.materialNumber, of: blob.key)
            else { return nil }
            return (key, material)
        }
    }

    private func open(_ find: @escaping @Sendable (Transaction) throws -> (KMSKey, KeyMaterial)?) async throws -> OpenKey? {
        guard let (key, row) = try await database.read(find) else { return nil }
        try key.requireUsable()
        do {
            let material = try vault.open(row.sealed, of: place(row.number, of: row.key))
            return OpenKey(key: key, number: row.number, materialID: row.id, material: material)
        } catch {
            throw MaterialDamaged(key: key.arn, number: row.number, cause: error)
        }
    }
}

/// A usable key and one of its materials in the open, for as long as an operation takes.
struct OpenKey: Sendable {
    let key: KMSKey
    let number: Int
    let materialID: String
    let material: SecretBytes
}

/// The row of a key's material cannot be opened: a fault of the data folder and not of the caller.
package struct MaterialDamaged: Error, CustomStringConvertible {
    package let key: String
    package let number: Int
    package let cause: SealingError

    package var description: String { "opening material \(number) of \(key) failed: \(cause)" }
}
