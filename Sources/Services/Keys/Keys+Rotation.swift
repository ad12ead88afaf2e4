import Domain
import Foundation
import Metadata

/// Whether and when a key gets new material by itself.
package struct RotationStatus: Sendable {
    package let key: KMSKey
    /// Nil when it does not.
    package let rotation: KeyRotation?
}

/// One material of a key as ListKeyRotations tells it.
package struct ListedMaterial: Sendable {
    package let key: KMSKey
    package let materialID: String
    package let isCurrent: Bool
    /// When and why it came; nil of the material that the key was made with.
    package let rotation: (date: Date, cause: String)?

    let number: Int

    init(_ material: KeyMaterial, of key: KMSKey) {
        self.key = key
        number = material.number
        materialID = material.id
        isCurrent = material.number == key.materialNumber
        rotation = material.cause == .creation ? nil : (material.createdAt, material.cause.rawValue)
    }
}

extension Keys {
    package func enableRotation(of reference: String, days: Int?) async throws {
        let now = call.now
        try await change(reference, for: "EnableKeyRotation") { key, _ in
            try Self.requireRotatable(key)
            // As in KMS: without a period, one that was set before stays.
            let days = days ?? key.rotation?.days ?? KeyRotation.daysDefault
            if key.rotation?.days != days { key.rotation = KeyRotation(every: days, from: now) }
        }
    }

    package func disableRotation(of reference: String) async throws {
        try await change(reference, for: "DisableKeyRotation") { key, _ in
            try Self.requireRotatable(key)
            key.rotation = nil
        }
    }

    /// A key that is to be deleted is not rotated, whatever was set.
    package func rotationStatus(of reference: String) async throws -> RotationStatus {
        let key = try await find(reference, for: "GetKeyRotationStatus")
        return RotationStatus(key: key, rotation: key.state == .pendingDeletion ? nil : key.rotation)
    }

    /// New material now. What was encrypted before opens as it did.
    package func rotate(_ reference: String) async throws -> KMSKey {
        let ring = ring
        return try await change(reference, for: "RotateKeyOnDemand") { key, transaction in
            try Self.requireRotatable(key)
            guard try MaterialTable(transaction).count(of: key.id, cause: .onDemand) < KeyRotation.onDemandMax else {
                throw Fault(
                    .kmsLimitExceeded,
                    "\(key.arn) was rotated on demand \(KeyRotation.onDemandMax) times, which is the most allowed"
                )
            }
            // On demand does not move the day of the next automatic rotation.
            try ring.rotate(&key, cause: .onDemand, in: transaction)
        }
    }

    /// The key's rotations, oldest first; with `includingFirst`, the material that it was made with too.
    package func rotations(of reference: String, includingFirst: Bool, _ page: KeyPageRequest) async throws -> Page<ListedMaterial> {
        let key = try await find(reference, for: "ListKeyRotations")
        guard key.spec == .symmetric else { throw Self.notRotatable(key) }
        let database = call.store.database
        return try await page.page(of: "rotations/\(key.id)", in: call, standard: 100, place: { String($0.number) }) {
            place,
            limit in
            let after = place.flatMap { Int($0) } ?? (includingFirst ? 0 : 1)
            return try await database.read { try MaterialTable($0).materials(of: key.id, after: after, limit: limit) }
                .map { ListedMaterial($0, of: key) }
        }
    }

    private static func requireRotatable(_ key: KMSKey) throws {
        guard key.spec == .symmetric else { throw notRotatable(key) }
        try key.requireUsable()
    }

    private static func notRotatable(_ key: KMSKey) -> Fault {
        Fault(.kmsUnsupportedOperation, "\(key.arn) has the key spec \(key.spec.rawValue): only symmetric encryption keys are rotated")
    }
}
