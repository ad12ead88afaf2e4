import DiskImages
import Domain
import Metadata

/// What ImportImage is asked for.
package struct ImageImportRequest: Sendable {
    package var disks: [ImageImport.Disk]
    package var traits: MachineTraits
    package var platform: String?
    package var licenseType: String?
    package var encryption: EncryptionRequest
    package var options: TaskOptions

    package init(
        disks: [ImageImport.Disk],
        traits: MachineTraits,
        platform: String?,
        licenseType: String?,
        encryption: EncryptionRequest,
        options: TaskOptions
    ) {
        self.disks = disks
        self.traits = traits
        self.platform = platform
        self.licenseType = licenseType
        self.encryption = encryption
        self.options = options
    }
}

extension Imports {
    private static let imageAction = TaskAction(name: "ImportImage", limit: activeMax, kinds: kinds)
    /// EBS volumes of a machine, as `/dev/sda1` and `/dev/sdb` to `/dev/sdz`.
    static let disksMax = 26

    /// Begins to make an image of disks in objects, or of one OVA.
    package func importImage(_ request: ImageImportRequest) async throws -> Job {
        try await Jobs(call).begin(Self.imageAction, as: .importImageTask(.random()), request.options) {
            .imageImport(
                ImageImport(
                    disks: try await check(request),
                    description: request.options.description,
                    image: .random(),
                    traits: request.traits,
                    platform: request.platform,
                    licenseType: request.licenseType,
                    encryption: try await encryption(request.encryption),
                    role: request.options.role
                )
            )
        }
    }

    /// Returns the disks with the sizes of their objects.
    private func check(_ request: ImageImportRequest) async throws -> [ImageImport.Disk] {
        guard (1...Self.disksMax).contains(request.disks.count) else {
            throw Fault(.invalidParameterValue, "An image is imported of 1 to \(Self.disksMax) disks, not of \(request.disks.count)")
        }
        try BlockDeviceRules.checkNames(of: request.disks.compactMap(\.deviceName).map { ImageRegistration.Device(name: $0) })
        let viewer = try await call.viewer()
        var disks = request.disks
        for (number, disk) in disks.enumerated() {
            switch (disk.source, disk.snapshot) {
            case (let source?, nil):
                disks[number].source = try await check(source, accepting: DiskFormat.imported)
                if source.format?.lowercased() == DiskFormat.ova.rawValue, request.disks.count > 1 {
                    throw Fault(.invalidParameterCombination, "An OVA has all disks of its machine: it must be the only disk container")
                }
            case (nil, let id?):
                let snapshot = try await call.store.database.read { try Snapshots.own(id, of: viewer, in: $0) }
                guard snapshot.state == .completed else {
                    throw Fault(.incorrectState, "Snapshot '\(id)' is not completed: it is \(snapshot.state.rawValue)")
                }
                try snapshot.requireStandardTier()
            default:
                throw Fault(.invalidParameterCombination, "A disk container has either Url, UserBucket or SnapshotId")
            }
        }
        return disks
    }
}
