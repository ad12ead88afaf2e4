/// What an instance-store image is made of: a bundle in S3.
package struct ImageBundle: Hashable, Sendable {
    package let manifest: ManifestLocation
    /// The version of the manifest's object that was registered, and its tag: what stands under the key later is another manifest.
    package let version: String
    package let etag: String
    /// Bytes of the disk.
    package let imageBytes: Int64
    /// Bytes of all parts.
    package let bundleBytes: Int64

    package init(manifest: ManifestLocation, version: String, etag: String, imageBytes: Int64, bundleBytes: Int64) {
        self.manifest = manifest
        self.version = version
        self.etag = etag
        self.imageBytes = imageBytes
        self.bundleBytes = bundleBytes
    }
}

/// What the first disk of an image's machines is made of.
package enum RootDeviceType: String, Sendable {
    /// A volume, of a snapshot.
    case ebs
    /// A disk of the machine itself, of a bundle.
    case instanceStore = "instance-store"
}
