import Domain
import Foundation
import Metadata

/// Deprecation, the switch that takes an image out of use, and what protects it (docs/behaviour/image-life.md).
extension Images {
    package func deprecate(_ id: String, at date: Date) async throws {
        let id = try Self.id(id)
        let date = try ImageDeprecation.date(date, at: call.now)
        try await change(id) { image, transaction in
            if try Self.isPublic(image, in: transaction) { try ImageDeprecation.checkPublic(date, of: image) }
            try ImageTable(transaction).setDeprecation(date, of: image.id)
        }
    }

    package func cancelDeprecation(of id: String) async throws {
        try await change(Self.id(id)) { image, transaction in
            guard try !Self.isPublic(image, in: transaction) else {
                let remedy = "Make it private first, or give it another date with EnableImageDeprecation"
                throw Fault(.operationNotPermitted, "The image '\(image.id)' is public, so it keeps a date of deprecation. \(remedy).")
            }
            try ImageTable(transaction).setDeprecation(nil, of: image.id)
        }
    }

    /// What is made public has a date from then on: its own, or the last that it can have.
    static func limitDeprecation(of image: Image, in transaction: Transaction) throws {
        let limit = ImageDeprecation.publicLimit(of: image)
        try ImageTable(transaction).setDeprecation(min(image.deprecatedAt ?? limit, limit), of: image.id)
    }

    private static func isPublic(_ image: Image, in transaction: Transaction) throws -> Bool {
        try ShareTable(transaction, of: .image).targets(of: image.id.rawValue).contains(.everyone)
    }

    /// Takes an image out of use. It is nobody's but its owner's from then on.
    package func disable(_ id: String) async throws {
        try await setState(of: id, from: .available, to: .disabled)
    }

    /// Gives an image back to use. Whom it was shared with before does not come back.
    package func enable(_ id: String) async throws {
        try await setState(of: id, from: .disabled, to: .available)
    }

    package func protect(_ id: String, withCooldown: Bool) async throws -> DeregistrationProtection {
        try await setProtection(of: id) { protection, _ in protection.enabled(withCooldown: withCooldown) }
    }

    package func unprotect(_ id: String) async throws -> DeregistrationProtection {
        try await setProtection(of: id) { $0.disabled(at: $1) }
    }

    /// Wants the newer metadata service of instances. There is no way back.
    package func requireIMDSv2(for id: String) async throws {
        try await change(Self.id(id)) { try ImageTable($1).setIMDSSupport("v2.0", of: $0.id) }
    }

    private func setProtection(
        of id: String,
        _ next: @escaping @Sendable (DeregistrationProtection, Date) -> DeregistrationProtection
    ) async throws -> DeregistrationProtection {
        let now = call.now
        return try await change(Self.id(id)) { image, transaction in
            let protection = next(image.protection.settled(at: now), now)
            try ImageTable(transaction).setProtection(protection, of: image.id)
            return protection
        }
    }

    /// One that is there already stays: the call may be made again.
    private func setState(of id: String, from: ImageState, to: ImageState) async throws {
        try await change(Self.id(id)) { image, transaction in
            guard image.state == from || image.state == to else { throw Self.unavailable(image.id) }
            if to == .available { try Self.requireStandardTier(of: image, in: transaction) }
            try ImageTable(transaction).setState(to, reason: nil, of: image.id)
            if to == .disabled { try ShareTable(transaction, of: .image).removeAll(of: image.id.rawValue) }
        }
    }

    /// An image that is in use needs its snapshots.
    static func requireStandardTier(of image: Image, in transaction: Transaction) throws {
        for snapshot in try SnapshotTable(transaction).snapshots(ids: image.snapshotIDs) { try snapshot.requireStandardTier() }
    }

    private func change<Value: Sendable>(
        _ id: ImageID,
        _ body: @escaping @Sendable (Image, Transaction) throws -> Value
    ) async throws -> Value {
        let viewer = try await call.viewer()
        return try await call.commit { transaction in
            try body(Self.own(id, of: viewer, at: call.now, in: transaction), transaction)
        }
    }
}
