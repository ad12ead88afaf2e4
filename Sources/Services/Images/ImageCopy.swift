import Domain

/// What CopyImage is asked for.
package struct ImageCopy: Sendable {
    package var sourceImageID: String
    package var sourceRegion: String
    package var name: String
    package var description: String
    package var copiesTags: Bool
    package var imageTags: [Tag]
    package var snapshotTags: [Tag]
    package var encryption: EncryptionRequest
    /// The minutes in which each snapshot is to be there, a multiple of 15 (docs/behaviour/time-based-copies.md, "Durations"); `nil` for a
    /// standard copy.
    package var completionMinutes: Int?
    package var clientToken: ClientToken?

    package init(
        sourceImageID: String,
        sourceRegion: String,
        name: String,
        description: String,
        copiesTags: Bool,
        imageTags: [Tag],
        snapshotTags: [Tag],
        encryption: EncryptionRequest = EncryptionRequest(),
        completionMinutes: Int?,
        clientToken: ClientToken?
    ) {
        self.sourceImageID = sourceImageID
        self.sourceRegion = sourceRegion
        self.name = name
        self.description = description
        self.copiesTags = copiesTags
        self.imageTags = imageTags
        self.snapshotTags = snapshotTags
        self.encryption = encryption
        self.completionMinutes = completionMinutes
        self.clientToken = clientToken
    }
}
