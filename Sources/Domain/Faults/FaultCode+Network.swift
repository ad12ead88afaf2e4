/// Of key pairs, security groups and the default network.
extension FaultCode {
    package static let cannotDelete = FaultCode(rawValue: "CannotDelete")
    package static let dependencyViolation = FaultCode(rawValue: "DependencyViolation")
    package static let invalidAddressNotFound = FaultCode(rawValue: "InvalidAddress.NotFound")
    package static let invalidAllocationIDNotFound = FaultCode(rawValue: "InvalidAllocationID.NotFound")
    package static let invalidGroupDuplicate = FaultCode(rawValue: "InvalidGroup.Duplicate")
    package static let invalidGroupIDMalformed = FaultCode(rawValue: "InvalidGroupId.Malformed")
    package static let invalidGroupNotFound = FaultCode(rawValue: "InvalidGroup.NotFound")
    package static let invalidKeyFormat = FaultCode(rawValue: "InvalidKey.Format")
    package static let invalidKeyPairDuplicate = FaultCode(rawValue: "InvalidKeyPair.Duplicate")
    package static let invalidKeyPairNotFound = FaultCode(rawValue: "InvalidKeyPair.NotFound")
    package static let invalidNetworkInterfaceIDMalformed = FaultCode(rawValue: "InvalidNetworkInterfaceId.Malformed")
    package static let invalidNetworkInterfaceIDNotFound = FaultCode(rawValue: "InvalidNetworkInterfaceID.NotFound")
    package static let invalidPermissionDuplicate = FaultCode(rawValue: "InvalidPermission.Duplicate")
    package static let invalidPermissionNotFound = FaultCode(rawValue: "InvalidPermission.NotFound")
    package static let invalidRuleIDMalformed = FaultCode(rawValue: "InvalidSecurityGroupRuleId.Malformed")
    package static let invalidRuleIDNotFound = FaultCode(rawValue: "InvalidSecurityGroupRuleId.NotFound")
    package static let rulesPerGroupLimitExceeded = FaultCode(rawValue: "RulesPerSecurityGroupLimitExceeded")
    package static let securityGroupLimitExceeded = FaultCode(rawValue: "SecurityGroupLimitExceeded")
    package static let groupsPerInterfaceLimitExceeded = FaultCode(rawValue: "SecurityGroupsPerInterfaceLimitExceeded")
}

extension NetworkPartID.Kind {
    /// As messages call a part of the kind.
    package var title: String {
        switch self {
        case .vpc: "vpc"
        case .subnet: "subnet"
        case .routeTable: "routeTable"
        case .internetGateway: "internetGateway"
        case .networkACL: "networkAcl"
        case .dhcpOptions: "dhcpOption"
        }
    }

    private var codeName: String { title.prefix(1).uppercased() + title.dropFirst() }

    package func notFound(_ id: String) -> Fault {
        Fault(FaultCode(rawValue: "Invalid\(codeName)ID.NotFound"), "The \(title) ID '\(id)' does not exist")
    }
}
