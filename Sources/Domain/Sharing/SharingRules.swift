/// What may be shared with whom (docs/behaviour/sharing.md).
package enum SharingRules {
    /// How many a request on an image names.
    package static let imageChangesMax = 10_000
    /// How many a request on a snapshot names.
    package static let snapshotChangesMax = 500

    /// - Parameters:
    ///   - targetsMax: how many accounts, organizations and units it can be shared with.
    ///   - snapshots: those of the image.
    ///   - isManaged: whether a key, by its ARN, is one that Ferry manages.
    package static func check(
        _ change: SharingChange,
        of image: Image,
        sharedWith current: Set<ShareTarget>,
        atMost targetsMax: Int,
        over snapshots: [Snapshot],
        isManaged: (String) throws -> Bool
    ) throws {
        guard change.added.count + change.removed.count <= imageChangesMax else {
            throw Fault(.invalidParameterValue, "At most \(imageChangesMax) permissions can be changed in a request")
        }
        let added = change.added.subtracting(current)
        guard !added.isEmpty else { return }
        let encrypted = snapshots.compactMap(\.encryption)
        guard !added.contains(.everyone) || encrypted.isEmpty else {
            throw Fault(.unsupportedOperation, "Encrypted snapshots can't be shared publicly. Specify another snapshot.")
        }
        guard try !encrypted.contains(where: { try isManaged($0.keyARN) }) else {
            throw Fault(.invalidParameter, "Snapshots encrypted with the AWS Managed CMK can't be shared. Specify another snapshot.")
        }
        guard change.applied(to: current).subtracting([.everyone]).count <= targetsMax else {
            throw Fault(
                .resourceLimitExceeded,
                "The image \(image.id) can be shared with at most \(targetsMax) accounts, organizations and organizational units"
            )
        }
    }

    /// - Parameter isManaged: whether a key, by its ARN, is one that Ferry manages.
    package static func check(
        _ change: SharingChange,
        of snapshot: Snapshot,
        isManaged: (String) throws -> Bool
    ) throws {
        guard change.added.isEmpty || change.removed.isEmpty else {
            throw Fault(.invalidParameterCombination, "Permissions of a snapshot are added or removed, not both in one request")
        }
        guard change.added.count + change.removed.count <= snapshotChangesMax else {
            throw Fault(.invalidParameterValue, "At most \(snapshotChangesMax) permissions can be changed in a request")
        }
        guard !change.added.isEmpty, let encryption = snapshot.encryption else { return }
        guard try !isManaged(encryption.keyARN) else {
            throw Fault(.operationNotPermitted, "Encrypted snapshots with EBS default key cannot be shared")
        }
        guard !change.added.contains(.everyone) else {
            throw Fault(
                .operationNotPermitted,
                "The encrypted snapshot \(snapshot.id) cannot be made public: share it with accounts, and its key with them"
            )
        }
    }

    package static func tooManyPublicImages(_ limit: Int) -> Fault {
        Fault(
            .resourceLimitExceeded,
            """
            You have reached your quota of \(limit) for the number of public images allowed in this Region. Deregister unused public images \
            or request an increase in your public images quota.
            """
        )
    }
}
