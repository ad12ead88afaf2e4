/// Whether an account's images may become public in a Region. Those that are public stay so.
package enum ImageBlockPublicAccess: String, Sendable {
    case unblocked
    case blockNewSharing = "block-new-sharing"

    package func requireSharing() throws {
        guard self == .unblocked else {
            throw Fault(
                .operationNotPermitted,
                """
                You can't publicly share this image because block public access for AMIs is enabled for this account. To publicly share the \
                image, you must call the DisableImageBlockPublicAccess API.
                """
            )
        }
    }
}

/// Whether an account's snapshots may become public in a Region, and whether those that are public count as such.
package enum SnapshotBlockPublicAccess: String, Sendable {
    case unblocked
    case blockNewSharing = "block-new-sharing"
    /// Public snapshots are seen by nobody else while it holds.
    case blockAllSharing = "block-all-sharing"

    package func requireSharing() throws {
        guard self == .unblocked else {
            throw Fault(
                .operationNotPermitted,
                """
                You can't publicly share this snapshot because block public access for snapshots is enabled for this account. To publicly \
                share the snapshot, you must call the DisableSnapshotBlockPublicAccess API.
                """
            )
        }
    }
}
