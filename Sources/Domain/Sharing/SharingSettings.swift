/// What an account has set about sharing in a Region. One without a row has set nothing.
package struct SharingSettings: Hashable, Sendable {
    package var images = ImageBlockPublicAccess.unblocked
    package var snapshots = SnapshotBlockPublicAccess.unblocked
    package var allowed = AllowedImages()

    package init() {}
}
