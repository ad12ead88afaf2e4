/// The root disk of an instance of an instance-store image: the disk that is in the image's bundle, as a block map, and over it what the guest writes.
///
/// It is no volume that anybody sees, and lives as long as its instance. Its bytes are kept and served as those of volumes are, under an id of their kind.
package struct InstanceDisk: Sendable, Equatable, Identifiable {
    package let id: VolumeID
    package let instance: InstanceID
    package let image: ImageID
    /// Whose image it is. In that account's name the bundle is read, whoever launches.
    package let owner: AccountID
    package let bundle: ImageBundle
    /// The address of the root of its block map; nil until the bundle was opened.
    package var root: [UInt8]?

    package init(id: VolumeID, instance: InstanceID, image: ImageID, owner: AccountID, bundle: ImageBundle, root: [UInt8]? = nil) {
        self.id = id
        self.instance = instance
        self.image = image
        self.owner = owner
        self.bundle = bundle
        self.root = root
    }

    /// As large as the disk in the bundle, in sectors of 4 KiB.
    package var byteCount: UInt64 { (UInt64(bundle.imageBytes) + 4095) & ~4095 }
}
