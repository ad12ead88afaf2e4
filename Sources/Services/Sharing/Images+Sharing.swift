import Domain
import Metadata

/// Launch permissions of images (docs/behaviour/sharing.md, "Sharing images").
extension Images {
    /// Whom an image of the caller's own is shared with, in the order of their texts.
    package func launchPermissions(of id: String) async throws -> [ShareTarget] {
        let (id, viewer) = (try Self.id(id), try await call.viewer())
        return try await call.store.database.read { transaction in
            _ = try Self.own(id, of: viewer, at: call.now, in: transaction)
            return try ShareTable(transaction, of: .image).targets(of: id.rawValue).sorted()
        }
    }

    package func share(_ id: String, _ change: SharingChange) async throws {
        let (id, region, viewer) = (try Self.id(id), call.region, try await call.viewer())
        let (targetsMax, publicMax) = (try await call.quota(.imageSharing), try await call.quota(.publicImages))
        try await call.commit { transaction in
            let image = try Self.own(id, of: viewer, at: call.now, in: transaction)
            guard image.state == .available || change.added.isEmpty else { throw Self.unavailable(id) }
            let shares = ShareTable(transaction, of: .image)
            let current = try shares.targets(of: id.rawValue)
            try SharingRules.check(
                change,
                of: image,
                sharedWith: current,
                atMost: targetsMax,
                over: SnapshotTable(transaction).snapshots(ids: image.snapshotIDs),
                isManaged: { try KeyTable(transaction, in: region).isManaged($0) }
            )
            if change.added.contains(.everyone), !current.contains(.everyone) {
                try SharingSettingsTable(transaction).settings(of: image.owner).images.requireSharing()
                guard try shares.publicCount(of: image.owner) < publicMax else { throw SharingRules.tooManyPublicImages(publicMax) }
                try Self.limitDeprecation(of: image, in: transaction)
            }
            try shares.remove(change.removed, from: id.rawValue)
            try shares.add(change.added, to: id.rawValue, of: image.owner)
        }
    }

    /// Makes an image private.
    package func resetLaunchPermissions(of id: String) async throws {
        let (id, viewer) = (try Self.id(id), try await call.viewer())
        try await call.commit { transaction in
            _ = try Self.own(id, of: viewer, at: call.now, in: transaction)
            try ShareTable(transaction, of: .image).removeAll(of: id.rawValue)
        }
    }

    /// Takes the caller's account off the launch permissions of another's image.
    package func cancelLaunchPermission(of id: String) async throws {
        let (id, viewer, now) = (try Self.id(id), try await call.viewer(), call.now)
        try await call.commit { transaction in
            _ = try Self.visible(id, to: viewer, at: now, in: transaction)
            let shares = ShareTable(transaction, of: .image)
            let own = ShareTarget.account(viewer.account)
            guard try shares.targets(of: id.rawValue).contains(own) else {
                throw Fault(
                    .invalidRequest,
                    "The image \(id) is not shared with the account \(viewer.account) by its id: there is no launch permission to cancel"
                )
            }
            try shares.remove([own], from: id.rawValue)
        }
    }
}

extension KeyTable {
    /// Whether an ARN is that of a key that Ferry manages.
    func isManaged(_ arn: String) throws -> Bool {
        guard case .key(let id)? = KeyARN(arn)?.resource else { return false }
        return try key(id)?.manager == .aws
    }
}
