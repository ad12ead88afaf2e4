/// One row of the table that says what the picture shows. Texts are not escaped yet: the page's template does that.
package struct PictureRow: Hashable, Sendable {
    /// What became of the image that this one was copied from.
    package enum Origin: Hashable, Sendable {
        /// It has no source.
        case none
        /// The source stands in the picture, at this address.
        case shown(PictureSource, name: String, href: String)
        /// The source exists but does not stand in the picture.
        case hidden(PictureSource)
        /// The source was deregistered.
        case gone(PictureSource)
    }

    package let id: String
    package let name: String
    package let href: String
    package let region: String
    /// The state in words: "available", "pending 42%".
    package let state: String
    package let origin: Origin
    package let moved: String?
    /// ISO 8601, as it came.
    package let createdAt: String
    /// All of them, those that run first.
    package let instances: [PictureImage.Instance]

    init(_ image: PictureImage, origin: Origin) {
        id = image.id
        name = image.name
        href = image.href
        region = image.region
        state = image.standing
        self.origin = origin
        moved = image.moved
        createdAt = image.createdAt
        instances = image.instancesInOrder
    }
}
