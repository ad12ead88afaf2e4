/// CreateStoreImageTask: an image becomes one object (docs/behaviour/image-stores-and-import.md, "Storing an image").
package struct ImageStore: Hashable, Sendable, Codable {
    package let image: ImageID
    package let bucket: String
    /// Where in the bucket: `ami-….bin`, with the path that was asked for before it.
    package let key: String
    package let tags: [String: String]

    package init(image: ImageID, bucket: String, key: String, tags: [String: String]) {
        self.image = image
        self.bucket = bucket
        self.key = key
        self.tags = tags
    }
}
