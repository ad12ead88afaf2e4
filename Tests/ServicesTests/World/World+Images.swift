import Domain
import Services
import TestSupport

extension ImageRegistration {
    /// An image whose first snapshot is the root device.
    static func over(_ snapshots: [SnapshotID], name: String, tags: [Tag] = []) -> ImageRegistration {
        ImageRegistration(
            name: name,
            description: "for a test",
            traits: MachineTraits(architecture: .arm64, virtualization: .hvm, enaSupport: true, bootMode: .uefi),
            rootDeviceName: "/dev/sda",
            devices: zip("abcdefgh", snapshots).map { letter, snapshot in
                Device(name: "/dev/sd\(letter)", volume: Volume(snapshotID: snapshot.rawValue))
            },
            tags: tags
        )
    }
}

extension ImageCopy {
    static func of(
        _ image: ImageID,
        in region: Region = World.home,
        name: String,
        copiesTags: Bool = false,
        imageTags: [Tag] = [],
        minutes: Int? = nil,
        encryption: EncryptionRequest = EncryptionRequest(),
        token: ClientToken? = nil
    ) -> ImageCopy {
        ImageCopy(
            sourceImageID: image.rawValue,
            sourceRegion: region.rawValue,
            name: name,
            description: "a copy",
            copiesTags: copiesTags,
            imageTags: imageTags,
            snapshotTags: [],
            encryption: encryption,
            completionMinutes: minutes,
            clientToken: token
        )
    }
}

extension World {
    func register(_ name: String, over snapshots: [SnapshotID], tags: [Tag] = [], in region: Region = World.home) async throws -> ImageID {
        try await images(region).register(.over(snapshots, name: name, tags: tags))
    }

    /// The image as DescribeImages shows it; `nil` once it is deregistered.
    func describe(_ id: ImageID, in region: Region = World.away) async throws -> Image? {
        var query = ImageQuery()
        query.ids = [id.rawValue]
        return try await images(region).describe(query).elements.first
    }

    /// All images of a Region, in one page.
    func listing(of region: Region) async throws -> [Image] { try await images(region).describe(ImageQuery()).elements }

    /// Waits until a copy is available or failed; the reconcilers must run.
    func end(of id: ImageID, in region: Region = World.away) async throws -> Image {
        var image: Image?
        try await until("\(id) is no longer pending") {
            image = try await describe(id, in: region)
            return image?.state != .pending
        }
        guard let image else { throw NotReached(description: "\(id) is gone") }
        return image
    }
}
