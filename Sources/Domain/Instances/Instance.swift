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

    /// Where it stands in the network.
    package struct Place: Sendable, Equatable {
        package let zone: AvailabilityZone
        package let subnet: String
        package let vpc: String
        package let interface: String
        /// In lower case, with colons.
        package let mac: String
        package let privateAddress: String
        /// Given when it starts, taken away when it stops.
        package var publicAddress: String?
        package var groups: [String]

        package init(
            zone: AvailabilityZone,
            subnet: String,
            vpc: String,
            interface: String,
            mac: String,
            privateAddress: String,
            publicAddress: String?,
            groups: [String]
        ) {
            self.zone = zone
            self.subnet = subnet
            self.vpc = vpc
            self.interface = interface
            self.mac = mac
            self.privateAddress = privateAddress
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
    package let traits: MachineTraits
    package let rootDeviceName: String
    package let rootDeviceType: RootDeviceType
    package var type: String
    package let keyName: String?
    package var place: Place
    package var metadata: MetadataOptions
    package var shutdownBehavior: ShutdownBehavior
    package var protections: Protections
    package var isMonitored: Bool
    /// The ARN of the instance profile.
    package var profile: String?
    /// At most 16 KiB.
    package var userData: [UInt8]?
    package internal(set) var state: InstanceState
    package internal(set) var reason: StateReason?
    /// Why it is in its state, as `reason` in the XML.
    package internal(set) var transition: String
    /// When it was started last.
    package internal(set) var launchedAt: Date
    package internal(set) var terminatedAt: Date?
    /// Whether it has run at all.
    package internal(set) var wasStarted: Bool
    /// Whether it is stopped without asking the guest.
    package internal(set) var isForced: Bool
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
        place: Place,
        metadata: MetadataOptions,
        shutdownBehavior: ShutdownBehavior = .stop,
        protections: Protections = Protections(),
        isMonitored: Bool = false,
        profile: String? = nil,
        userData: [UInt8]? = nil,
        state: InstanceState = .pending,
        reason: StateReason? = nil,
        transition: String = "",
        launchedAt: Date,
        terminatedAt: Date? = nil,
        wasStarted: Bool = false,
        isForced: Bool = false,
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
        self.place = place
        self.metadata = metadata
        self.shutdownBehavior = shutdownBehavior
        self.protections = protections
        self.isMonitored = isMonitored
        self.profile = profile
        self.userData = userData
        self.state = state
        self.reason = reason
        self.transition = transition
        self.launchedAt = launchedAt
        self.terminatedAt = terminatedAt
        self.wasStarted = wasStarted
        self.isForced = isForced
        self.tags = tags
    }

    /// How long a terminated one is still described. EC2 says about an hour.
    package static let describedAfterTermination: TimeInterval = 3600
}
