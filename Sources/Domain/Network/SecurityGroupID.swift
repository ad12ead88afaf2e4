/// The id of a security group, as `sg-0123456789abcdef0`.
package struct SecurityGroupID: ResourceID {
    package static let prefix = "sg"
    package let rawValue: String
    package init(wellFormed text: String) { rawValue = text }
}

/// The id of a rule of a security group, as `sgr-0123456789abcdef0`.
package struct SecurityGroupRuleID: ResourceID {
    package static let prefix = "sgr"
    package let rawValue: String
    package init(wellFormed text: String) { rawValue = text }
}

/// The id of a network interface, as `eni-0123456789abcdef0`.
package struct NetworkInterfaceID: ResourceID {
    package static let prefix = "eni"
    package let rawValue: String
    package init(wellFormed text: String) { rawValue = text }
}
