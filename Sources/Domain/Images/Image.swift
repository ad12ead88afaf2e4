import Foundation

/// A machine image, as a value.
package struct Image: Sendable, Equatable, Identifiable {
    /// Where a copy came from: stays when the source is gone.
    package struct Source: Hashable, Sendable {
        package let id: ImageID
        package let region: Region

        package init(id: ImageID, region: Region) {
            self.id = id
            self.region = region
        }
    }

    package let id: ImageID
    package let owner: AccountID
    package var name: String
    package var description: String
    package var state: ImageState
    package var stateReason: StateReason?
    package let createdAt: Date
    package var traits: MachineTraits
    /// Empty when it has none, as many instance-store images.
    package var rootDeviceName: String
    package var devices: [BlockDevice]
    /// Of an instance-store image; nil for one over snapshots.
    package var bundle: ImageBundle?
    package var source: Source?
    /// What CreateImage made it of: stays when that is gone. Copies have none.
    package var sourceInstance: InstanceID?
    /// From when on it is deprecated.
    package var deprecatedAt: Date?
    package var protection: DeregistrationProtection
    /// When it was launched last, by whomever.
    package var lastLaunchedAt: Date?
    /// Whether it is shared with everybody.
    package var isPublic: Bool
    /// Whether the account that it was read for lets itself use it.
    package var isAllowed = true
    /// Those of the account that it was read for.
    package var tags: [Tag]

    package init(
        id: ImageID,
        owner: AccountID,
        name: String,
        description: String,
        state: ImageState,
        stateReason: StateReason? = nil,
        createdAt: Date,
        traits: MachineTraits,
        rootDeviceName: String,
        devices: [BlockDevice],
        bundle: ImageBundle? = nil,
        source: Source? = nil,
        sourceInstance: InstanceID? = nil,
        deprecatedAt: Date? = nil,
        protection: DeregistrationProtection = .disabled,
        lastLaunchedAt: Date? = nil,
        isPublic: Bool = false,
        tags: [Tag] = []
    ) {
        self.id = id
        self.owner = owner
        self.name = name
        self.description = description
        self.state = state
        self.stateReason = stateReason
        self.createdAt = createdAt
        self.traits = traits
        self.rootDeviceName = rootDeviceName
        self.devices = devices
        self.bundle = bundle
        self.source = source
        self.sourceInstance = sourceInstance
        self.deprecatedAt = deprecatedAt
        self.protection = protection
        self.lastLaunchedAt = lastLaunchedAt
        self.isPublic = isPublic
        self.tags = tags
    }

    package var location: String { bundle?.manifest.rawValue ?? "\(owner)/\(name)" }

    package var rootDeviceType: RootDeviceType { bundle == nil ? .ebs : .instanceStore }

    /// The snapshots behind the image, each once, in the order of the devices.
    package var snapshotIDs: [SnapshotID] {
        var seen = Set<SnapshotID>()
        return devices.compactMap(\.volume?.snapshotID).filter { seen.insert($0).inserted }
    }
}
