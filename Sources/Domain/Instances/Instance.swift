import Foundation

/// A machine that was launched from an image, as a value.
package struct Instance: Sendable, Equatable, Identifiable {
    /// What a guest that shuts itself down leads to.
    package enum ShutdownBehavior: String, Sendable { case stop, terminate }

    /// Calls that are refused until it is lifted.
    package struct Protections: Sendable, Equatable {
        package var termination: Bool
        package var stop: Bool

        package init(termination: Bool = false, stop: Bool = false) {
            self.termination = termination
            self.stop = stop
        }
    }

    /// How it uses its processor beyond the baseline: of burstable types alone.
    package enum CPUCredits: String, Sendable { case standard, unlimited }

    /// Where it stands in the network.
    package struct Place: Sendable, Equatable {
        package let zone: AvailabilityZone
        package let subnet: NetworkPartID
        package let vpc: NetworkPartID
        package let interface: NetworkInterfaceID
        /// What the caller says of the interface.
        package let interfaceDescription: String
        /// The interface's own.
        package var interfaceTags: [Tag]
        /// In lower case, with colons.
        package let mac: String
        package let privateAddress: String
        /// Whether it has a public address while it runs.
        package let isPublic: Bool
        /// Given when it starts, taken away when it stops.
        package var publicAddress: String?
        /// In the order of their ids.
        package var groups: [SecurityGroupID]

        package init(
            zone: AvailabilityZone,
            subnet: NetworkPartID,
            vpc: NetworkPartID,
            interface: NetworkInterfaceID,
            interfaceDescription: String = "",
            interfaceTags: [Tag] = [],
            mac: String,
            privateAddress: String,
            isPublic: Bool = true,
            publicAddress: String?,
            groups: [SecurityGroupID]
        ) {
            self.zone = zone
            self.subnet = subnet
            self.vpc = vpc
            self.interface = interface
            self.interfaceDescription = interfaceDescription
            self.interfaceTags = interfaceTags
            self.mac = mac
            self.privateAddress = privateAddress
            self.isPublic = isPublic
            self.publicAddress = publicAddress
            self.groups = groups
        }
    }

    package let id: InstanceID
    package let owner: AccountID
    /// What was launched by one call shares it.
    package let reservation: ReservationID
    package let launchIndex: Int
    package let clientToken: String?
    package let image: ImageID
    /// As the image had them at the launch.
    package var traits: MachineTraits
    package let rootDeviceName: String
    package let rootDeviceType: RootDeviceType
    package var type: String
    package let keyName: String?
    /// The public half of the key, as a line of `authorized_keys`: the pair may be deleted while the instance is there.
    package let publicKey: String?
    package var place: Place
    package var metadata: MetadataOptions
    package var shutdownBehavior: ShutdownBehavior
    package var protections: Protections
    package var isMonitored: Bool
    package var isEBSOptimized: Bool
    /// Nil for types without credits.
    package var credits: CPUCredits?
    /// The ARN of the instance profile.
    package var profile: String?
    package var profileID: String?
    package internal(set) var profileAssociationID: ProfileAssociationID?
    package internal(set) var profileAssociatedAt: Date?
    /// At most 16 KiB.
    package var userData: [UInt8]?
    package internal(set) var state: InstanceState
    package internal(set) var reason: StateReason?
    /// Why it is in its state, as `reason` in the XML.
    package internal(set) var transition: String
    package let createdAt: Date
    /// When it was started last.
    package internal(set) var launchedAt: Date
    package internal(set) var terminatedAt: Date?
    /// Whether it has run at all.
    package internal(set) var wasStarted: Bool
    /// Whether it is stopped without asking the guest.
    package internal(set) var isForced: Bool
    /// When somebody wished that the guest be reset, until it is.
    package internal(set) var rebootRequestedAt: Date?
    /// The image that is begun as soon as its guest is off.
    package internal(set) var pendingImage: ImageID?
    package var tags: [Tag]

    package init(
        id: InstanceID,
        owner: AccountID,
        reservation: ReservationID,
        launchIndex: Int,
        clientToken: String? = nil,
        image: ImageID,
        traits: MachineTraits,
        rootDeviceName: String,
        rootDeviceType: RootDeviceType,
        type: String,
        keyName: String? = nil,
        publicKey: String? = nil,
        place: Place,
        metadata: MetadataOptions,
        shutdownBehavior: ShutdownBehavior = .stop,
        protections: Protections = Protections(),
        isMonitored: Bool = false,
        isEBSOptimized: Bool = false,
        credits: CPUCredits? = nil,
        profile: String? = nil,
        profileID: String? = nil,
        profileAssociationID: ProfileAssociationID? = nil,
        profileAssociatedAt: Date? = nil,
        userData: [UInt8]? = nil,
        state: InstanceState = .pending,
        reason: StateReason? = nil,
        transition: String = "",
        createdAt: Date? = nil,
        launchedAt: Date,
        terminatedAt: Date? = nil,
        wasStarted: Bool = false,
        isForced: Bool = false,
        rebootRequestedAt: Date? = nil,
        pendingImage: ImageID? = nil,
        tags: [Tag] = []
    ) {
        self.id = id
        self.owner = owner
        self.reservation = reservation
        self.launchIndex = launchIndex
        self.clientToken = clientToken
        self.image = image
        self.traits = traits
        self.rootDeviceName = rootDeviceName
        self.rootDeviceType = rootDeviceType
        self.type = type
        self.keyName = keyName
        self.publicKey = publicKey
        self.place = place
        self.metadata = metadata
        self.shutdownBehavior = shutdownBehavior
        self.protections = protections
        self.isMonitored = isMonitored
        self.isEBSOptimized = isEBSOptimized
        self.credits = credits
        self.profile = profile
        self.profileID = profileID
        self.profileAssociationID = profileAssociationID
        self.profileAssociatedAt = profileAssociatedAt
        self.userData = userData
        self.state = state
        self.reason = reason
        self.transition = transition
        self.createdAt = createdAt ?? launchedAt
        self.launchedAt = launchedAt
        self.terminatedAt = terminatedAt
        self.wasStarted = wasStarted
        self.isForced = isForced
        self.rebootRequestedAt = rebootRequestedAt
        self.pendingImage = pendingImage
        self.tags = tags
    }

    package static let userDataBytesMax = 16_384

    /// How long a terminated one is still described. EC2 says about an hour.
    package static let describedAfterTermination: TimeInterval = 3600
}
