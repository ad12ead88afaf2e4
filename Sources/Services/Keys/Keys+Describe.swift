import Domain
import Metadata

/// A key, and the id of the material that it encrypts with.
package struct DescribedKey: Sendable {
    package let key: KMSKey
    package let materialID: String?
}

extension Keys {
    package func describe(_ reference: String) async throws -> DescribedKey {
        try await describe(find(reference, for: "DescribeKey", aliases: true))
    }

    /// Only symmetric keys tell their material.
    func describe(_ key: KMSKey) async throws -> DescribedKey {
        guard key.spec == .symmetric else { return DescribedKey(key: key, materialID: nil) }
        let material = try await call.store.database.read { try MaterialTable($0).material(key.materialNumber, of: key.id) }
        return DescribedKey(key: key, materialID: material?.id)
    }

    /// The ids of the account's keys.
    package func list(_ page: KeyPageRequest) async throws -> Page<KeyID> {
        let (account, region, database) = (call.account, call.region, call.store.database)
        return try await page.page(of: "keys", in: call, standard: 100, place: \.rawValue) { place, limit in
            try await database.read { try KeyTable($0, in: region).ids(of: account, after: place, limit: limit) }
        }
    }

    package func arn(of id: KeyID) -> String { KeyARN(region: call.region, account: call.account, resource: .key(id)).description }

    package func setDescription(_ description: String, of reference: String) async throws {
        try await change(reference, for: "UpdateKeyDescription") { key, _ in
            try key.requireNotPendingDeletion()
            key.description = description
        }
    }
}
