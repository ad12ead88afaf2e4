import Domain
import Metadata

extension Images {
    /// Makes an image over snapshots that the caller sees. It is available at once.
    package func register(_ registration: ImageRegistration) async throws -> ImageID {
        try ImageName.check(registration.name)
        try TagRules.check(registration.tags)
        let call = call
        let viewer = try await call.viewer()
        let account = viewer.account
        let now = call.now
        let quotas = try await call.storageQuotas()
        let named = try registration.devices.compactMap(\.volume?.snapshotID).map(Snapshots.id)
        return try await call.commit { transaction in
            let images = ImageTable(transaction)
            if let holder = try images.holder(ofName: registration.name, owner: account) {
                throw ImageName.duplicate(registration.name, of: holder)
            }
            let visible = try Snapshots.within(viewer.reach, SnapshotTable(transaction).snapshots(ids: named), in: transaction)
            let rules = BlockDeviceRules(
                rootDeviceName: registration.rootDeviceName,
                snapshots: Dictionary(uniqueKeysWithValues: visible.map { ($0.id, $0) })
            )
            let image = Image(
                id: .random(),
                owner: account,
                name: registration.name,
                description: registration.description,
                state: .available,
                createdAt: now,
                traits: registration.traits,
                rootDeviceName: registration.rootDeviceName,
                devices: try rules.devices(registration.devices)
            )
            try quotas.requireRoomForImage(in: transaction)
            try images.insert(image)
            try TagTable(transaction).set(registration.tags, on: .image(image.id), by: account)
            return image.id
        }
    }
}
