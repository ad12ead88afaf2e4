/// A bundle that is copied for an image: where it is now. Where it goes stands in the image.
package struct BundleCopy: Hashable, Sendable, Codable {
    package let region: Region
    package let image: ImageID
    package let manifest: ManifestLocation
    /// The version and the tag of the manifest's object that the source image was made of.
    package let version: String
    package let etag: String

    package init(region: Region, image: ImageID, bundle: ImageBundle) {
        self.region = region
        self.image = image
        manifest = bundle.manifest
        version = bundle.version
        etag = bundle.etag
    }
}
