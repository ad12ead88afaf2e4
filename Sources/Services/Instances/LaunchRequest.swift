import Domain

/// What RunInstances is asked for.
package struct LaunchRequest: Sendable {
    /// The one interface of each instance, in whichever form a request describes it.
    package struct Interface: Sendable {
        package var subnet: String?
        package var groupIDs: [String] = []
        package var groupNames: [String] = []
        package var privateAddress: String?
        package var isPublic: Bool?
        package var description = ""

        package init() {}
    }

    /// An instance profile by its name or its ARN.
    package enum Profile: Sendable, Hashable {
        case name(String)
        case arn(String)
    }

    package var image = ""
    package var counts = 1...1
    package var type: String?
    package var key: String?
    package var userData: [UInt8]?
    package var devices: [ImageRegistration.Device] = []
    package var zone: String?
    package var zoneID: String?
    package var interface = Interface()
    package var metadata = MetadataOptionsRequest()
    package var shutdownBehavior = Instance.ShutdownBehavior.stop
    package var protections = Instance.Protections()
    package var profile: Profile?
    package var isMonitored = false
    package var isEBSOptimized: Bool?
    package var credits: Instance.CPUCredits?
    package var tags: [Tag] = []
    package var volumeTags: [Tag] = []
    package var interfaceTags: [Tag] = []

    package init() {}

    /// How many instances one call can launch.
    package static let countMax = 1_000
}
