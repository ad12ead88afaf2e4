import Domain
import Foundation
import Services
import Wire

/// What RunInstances reads beside tags and token.
struct LaunchParameters {
    private(set) var request = LaunchRequest()
    /// Of what is known and not to be had here.
    private(set) var refusal: Fault?

    /// What is refused, whatever it holds.
    private static let absent = [
        "AdditionalInfo", "ElasticGpuSpecification", "ElasticInferenceAccelerator", "EnablePrimaryIpv6", "InstanceMarketOptions",
        "Ipv6Address", "KernelId", "LaunchTemplate", "LicenseSpecification", "NetworkPerformanceOptions", "Operator", "RamdiskId",
        "SecondaryInterface", "CapacityReservationSpecification.CapacityReservationTarget", "Placement.Affinity", "Placement.GroupId",
        "Placement.GroupName", "Placement.HostId", "Placement.HostResourceGroupArn", "Placement.PartitionNumber",
        "Placement.SpreadDomain",
    ]

    init(from query: QueryReader) throws(RequestError) {
        for name in Self.absent where query.value(name).isPresent {
            query.markRead(name)
            if try Self.holds(name, query) { refuse("The parameter \(name) is not supported by this version of Ferry") }
        }
        let image: String? = try query["ImageId"]
        // Without it a launch template would have to name one.
        guard let image else {
            guard refusal != nil else { throw .missing("ImageId") }
            return
        }
        request.image = image
        request.counts = try Self.counts(query)
        request.type = try query["InstanceType"]
        request.key = try query["KeyName"]
        request.userData = try query.userData("UserData")
        let devices: [BlockDeviceParameter] = try query["BlockDeviceMapping"]
        request.devices = devices.map(\.device)
        if let fault = devices.compactMap(\.refusal).first { refuse(fault) }
        request.zone = try query["Placement.AvailabilityZone"]
        request.zoneID = try query["Placement.AvailabilityZoneId"]
        request.metadata = try MetadataOptionsRequest(from: query, under: "MetadataOptions.")
        request.shutdownBehavior = try query["InstanceInitiatedShutdownBehavior"] ?? .stop
        request.protections.termination = try query["DisableApiTermination"] ?? false
        request.protections.stop = try query["DisableApiStop"] ?? false
        request.isMonitored = try query["Monitoring.Enabled"] ?? false
        request.isEBSOptimized = try query["EbsOptimized"]
        request.credits = try query["CreditSpecification.CpuCredits"]
        try readProfile(query)
        try readInterface(query)
        try readOptions(query)
    }

    private mutating func refuse(_ message: String) { refuse(Fault(.unsupportedOperation, message)) }

    /// The first refusal counts.
    private mutating func refuse(_ fault: Fault) { refusal = refusal ?? fault }

    private static func holds(_ name: String, _ query: QueryReader) throws(RequestError) -> Bool {
        // Clients send empty texts for what is not set.
        query.unreadText(name).map { !$0.isEmpty } ?? true
    }

    private static func counts(_ query: QueryReader) throws(RequestError) -> ClosedRange<Int> {
        let (min, max): (Int, Int) = (try query["MinCount"], try query["MaxCount"])
        guard min >= 1 else { throw .invalid("minCount", "\(min)", "Expecting a value greater than 0") }
        guard max >= min else { throw .invalid("maxCount", "\(max)", "MinCount may not exceed maxCount") }
        return min...max
    }

    private mutating func readProfile(_ query: QueryReader) throws(RequestError) {
        let named = try query.instanceProfile()
        request.profile = named.profile
        if let refusal = named.refusal { refuse(refusal) }
    }

    /// The interface stands in the request itself, or in a list that has one.
    private mutating func readInterface(_ query: QueryReader) throws(RequestError) {
        request.interface.subnet = try query["SubnetId"]
        request.interface.groupIDs = try query["SecurityGroupId"]
        request.interface.groupNames = try query["SecurityGroup"]
        request.interface.privateAddress = try query["PrivateIpAddress"]
        let listed: [InterfaceParameter] = try query["NetworkInterface"]
        guard let first = listed.first else { return }
        guard listed.count == 1, first.deviceIndex == 0 else {
            return refuse("Instances have one network interface, with the device index 0: more are not supported by this version of Ferry")
        }
        guard request.interface.isEmpty else {
            return refuse(
                Fault(
                    .invalidParameterCombination,
                    "Network interfaces and an instance-level subnet, security groups or private address may not be specified on the same request"
                )
            )
        }
        if let message = first.refusal { return refuse(message) }
        request.interface = first.interface
    }

    /// What is taken as far as it says what is so anyway.
    private mutating func readOptions(_ query: QueryReader) throws(RequestError) {
        let settled: [(name: String, values: Set<String>)] = [
            ("CpuOptions.AmdSevSnp", ["disabled"]), ("CpuOptions.NestedVirtualization", ["disabled"]),
            ("EnclaveOptions.Enabled", ["false"]), ("HibernationOptions.Configured", ["false"]), ("Ipv6AddressCount", ["0"]),
            ("Placement.Tenancy", ["default"]), ("PrivateDnsNameOptions.HostnameType", ["ip-name"]),
            ("PrivateDnsNameOptions.EnableResourceNameDnsARecord", ["false"]),
            ("PrivateDnsNameOptions.EnableResourceNameDnsAAAARecord", ["false"]),
            // Nothing is reserved, and no host is left for another.
            ("CapacityReservationSpecification.CapacityReservationPreference", ["open", "none"]),
            ("MaintenanceOptions.AutoRecovery", ["default", "disabled"]),
        ]
        for (name, values) in settled {
            guard let value: String = try query[name], !values.contains(value.lowercased()) else { continue }
            refuse("\(name)=\(value.prefix(64)) is not supported by this version of Ferry")
        }
        let (cores, threads): (Int?, Int?) = (try query["CpuOptions.CoreCount"], try query["CpuOptions.ThreadsPerCore"])
        let type = InstanceType.named(request.type ?? InstanceType.standardName)
        if let type, cores ?? type.cores != type.cores || threads ?? type.threadsPerCore != type.threadsPerCore {
            refuse("CpuOptions other than those of the instance type are not supported by this version of Ferry")
        }
    }
}

extension LaunchRequest.Interface {
    fileprivate var isEmpty: Bool { subnet == nil && groupIDs.isEmpty && groupNames.isEmpty && privateAddress == nil }
}

/// `NetworkInterface.N` of a launch.
private struct InterfaceParameter: QueryStructure {
    /// What is refused, whatever it holds.
    private static let absent = [
        "ConnectionTrackingSpecification", "EnaQueueCount", "EnaSrdSpecification.EnaSrdUdpSpecification", "Ipv4Prefix", "Ipv6Addresses",
        "Ipv6Prefix",
    ]

    let deviceIndex: Int
    private(set) var interface = LaunchRequest.Interface()
    private(set) var refusal: String?

    init(from query: QueryReader) throws(RequestError) {
        deviceIndex = try query["DeviceIndex"] ?? 0
        interface.subnet = try query["SubnetId"]
        interface.groupIDs = try query["SecurityGroupId"]
        interface.privateAddress = try query["PrivateIpAddress"]
        interface.isPublic = try query["AssociatePublicIpAddress"]
        interface.description = try query.text("Description", lengthMax: 255)
        let deletes: Bool? = try query["DeleteOnTermination"]
        if deletes == false {
            refusal = "An interface goes with its instance: DeleteOnTermination=false is not supported by this version of Ferry"
        }
        let kind: String? = try query["InterfaceType"]
        if kind ?? "interface" != "interface" { refusal = "InterfaceType=\(kind ?? "") is not supported by this version of Ferry" }
        let existing: String? = try query["NetworkInterfaceId"]
        if existing != nil { refusal = "Network interfaces of their own are not supported by this version of Ferry" }
        for name in Self.absent where query.value(name).isPresent {
            query.markRead(name)
            refusal = "\(name) of a network interface is not supported by this version of Ferry"
        }
        for name in ["AssociateCarrierIpAddress", "EnaSrdSpecification.EnaSrdEnabled", "PrimaryIpv6"] {
            let isOn: Bool? = try query[name]
            if isOn == true { refusal = "\(name) is not supported by this version of Ferry" }
        }
        try readAddresses(query)
        for name in ["Ipv6AddressCount", "SecondaryPrivateIpAddressCount", "Ipv4PrefixCount", "Ipv6PrefixCount", "NetworkCardIndex"] {
            let count: Int? = try query[name]
            if count ?? 0 != 0 { refusal = "\(name) is not supported by this version of Ferry" }
        }
    }

    /// `PrivateIpAddresses.N`, the other way to name the one address: the primary.
    private mutating func readAddresses(_ query: QueryReader) throws(RequestError) {
        let listed: [AddressParameter] = try query["PrivateIpAddresses"]
        guard let first = listed.first else { return }
        guard listed.count == 1, first.isPrimary else {
            return refusal = "Private addresses beside the primary one are not supported by this version of Ferry"
        }
        guard interface.privateAddress == nil else {
            throw .invalid("PrivateIpAddresses", first.address, "PrivateIpAddress names the primary address already")
        }
        interface.privateAddress = first.address
    }
}

private struct AddressParameter: QueryStructure {
    let address: String
    let isPrimary: Bool

    init(from query: QueryReader) throws(RequestError) {
        address = try query["PrivateIpAddress"]
        isPrimary = try query["Primary"] ?? false
    }
}

extension Instance.ShutdownBehavior: QueryScalar {}
extension Instance.CPUCredits: QueryScalar {}

extension MetadataOptionsRequest {
    private enum Switch: String, QueryScalar { case enabled, disabled }
    private enum Tokens: String, QueryScalar { case optional, required }

    /// - Parameter prefix: what their names begin with.
    init(from query: QueryReader, under prefix: String = "") throws(RequestError) {
        let (endpoint, tags): (Switch?, Switch?) = (try query["\(prefix)HttpEndpoint"], try query["\(prefix)InstanceMetadataTags"])
        let tokens: Tokens? = try query["\(prefix)HttpTokens"]
        let ipv6: Switch? = try query["\(prefix)HttpProtocolIpv6"]
        guard ipv6 != .enabled else { throw .invalid("\(prefix)HttpProtocolIpv6", "enabled", "Metadata is not told over IPv6") }
        self.init(
            isEnabled: endpoint.map { $0 == .enabled },
            requiresToken: tokens.map { $0 == .required },
            hopLimit: try query["\(prefix)HttpPutResponseHopLimit"],
            showsTags: tags.map { $0 == .enabled }
        )
    }
}

extension QueryReader {
    /// User data as base64; nil when there is none.
    func userData(_ name: String) throws(RequestError) -> [UInt8]? {
        guard let text: String = try self[name] else { return nil }
        guard let bytes = Data(base64Encoded: text, options: .ignoreUnknownCharacters) else {
            throw .invalid(name, "", "Invalid BASE64 encoding of user data")
        }
        return Array(bytes)
    }
}

extension QueryReader {
    /// `IamInstanceProfile`: an ARN, a name, or neither.
    func instanceProfile() throws(RequestError) -> (profile: LaunchRequest.Profile?, refusal: Fault?) {
        let (arn, name): (String?, String?) = (try self["IamInstanceProfile.Arn"], try self["IamInstanceProfile.Name"])
        switch (arn, name) {
        case (nil, nil): return (nil, nil)
        case (let arn?, nil): return (.arn(arn), nil)
        case (nil, let name?): return (.name(name), nil)
        case (.some, .some):
            let text = "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'"
            return (nil, Fault(.invalidParameterCombination, text))
        }
    }
}
