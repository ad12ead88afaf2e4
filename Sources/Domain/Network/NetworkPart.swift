/// A part of a default network, with the tags that its account has on it.
package struct NetworkPart: Sendable {
    package let id: NetworkPartID
    package let network: DefaultNetwork
    /// How many interfaces a subnet has.
    package let interfaces: Int
    package let tags: [Tag]

    package init(id: NetworkPartID, network: DefaultNetwork, interfaces: Int = 0, tags: [Tag]) {
        self.id = id
        self.network = network
        self.interfaces = interfaces
        self.tags = tags
    }

    /// Nil for what is no subnet.
    package var subnet: DefaultNetwork.Subnet? { network.subnet(id) }

    /// How many interfaces a subnet can still take.
    package var freeAddresses: Int { DefaultNetwork.subnetAddresses - interfaces }
}

/// The filters of DescribeVpcs, DescribeSubnets and their like. Some have several spellings, and clients send each
/// (docs/behaviour/network.md, "The default network").
extension NetworkPart: Filterable {
    package static func filterNames(_ kind: NetworkPartID.Kind) -> Set<String> {
        let own: Set<String> =
            switch kind {
            case .vpc:
                [
                    "cidr", "cidr-block", "cidrBlock", "cidr-block-association.association-id", "cidr-block-association.cidr-block",
                    "cidr-block-association.state", "dhcp-options-id", "dhcpOptionsId", "ipv6-cidr-block-association.association-id",
                    "ipv6-cidr-block-association.ipv6-cidr-block", "ipv6-cidr-block-association.ipv6-pool",
                    "ipv6-cidr-block-association.state", "is-default", "isDefault", "state", "vpc-id",
                ]
            case .subnet:
                [
                    "availability-zone", "availabilityZone", "availability-zone-id", "availabilityZoneId", "available-ip-address-count",
                    "cidr", "cidr-block", "cidrBlock", "customer-owned-ipv4-pool", "default-for-az", "defaultForAz", "enable-dns64",
                    "enable-lni-at-device-index", "ipv6-cidr-block-association.association-id",
                    "ipv6-cidr-block-association.ipv6-cidr-block", "ipv6-cidr-block-association.state", "ipv6-native",
                    "map-customer-owned-ip-on-launch", "map-public-ip-on-launch", "mapPublicIpOnLaunch", "outpost-arn",
                    "private-dns-name-options-on-launch.enable-resource-name-dns-a-record",
                    "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record",
                    "private-dns-name-options-on-launch.hostname-type", "state", "subnet-arn", "subnet-id", "vpc-id",
                ]
            case .routeTable:
                [
                    "association.gateway-id", "association.main", "association.route-table-association-id",
                    "association.route-table-id", "association.subnet-id", "route-table-id", "route.destination-cidr-block",
                    "route.destination-ipv6-cidr-block", "route.destination-prefix-list-id",
                    "route.egress-only-internet-gateway-id", "route.gateway-id", "route.instance-id", "route.nat-gateway-id",
                    "route.origin", "route.state", "route.transit-gateway-id", "route.vpc-peering-connection-id", "vpc-id",
                ]
            case .internetGateway: ["attachment.state", "attachment.vpc-id", "internet-gateway-id"]
            case .networkACL:
                [
                    "association.association-id", "association.network-acl-id", "association.subnet-id", "default", "entry.cidr",
                    "entry.egress", "entry.icmp.code", "entry.icmp.type", "entry.ipv6-cidr", "entry.port-range.from",
                    "entry.port-range.to", "entry.protocol", "entry.rule-action", "entry.rule-number", "network-acl-id", "vpc-id",
                ]
            case .dhcpOptions: ["dhcp-options-id", "key", "value"]
            }
        return own.union(["owner-id", "tag-key"])
    }

    package func texts(forFilter name: String) -> [String]? {
        guard Self.filterNames(id.kind).contains(name) else { return nil }
        if name == "owner-id" { return [network.account.rawValue] }
        if ["vpc-id", "attachment.vpc-id"].contains(name) { return [network.vpc.rawValue] }
        if name == "\(id.kind.rawValue)-id" { return [id.rawValue] }
        // Of what nothing stands here for, a default network has nothing: the filter is known and matches none.
        return switch id.kind {
        case .vpc: vpcTexts(name) ?? []
        case .subnet: subnetTexts(name) ?? []
        case .routeTable: routeTableTexts(name) ?? []
        case .internetGateway: name == "attachment.state" ? ["available"] : []
        case .networkACL: networkACLTexts(name) ?? []
        case .dhcpOptions: name == "key" ? DHCPOption.all(of: network).map(\.key) : DHCPOption.all(of: network).map(\.value)
        }
    }

    private func vpcTexts(_ name: String) -> [String]? {
        switch name {
        case "cidr", "cidr-block", "cidrBlock", "cidr-block-association.cidr-block": [DefaultNetwork.block]
        case "cidr-block-association.association-id": [network.association("vpc-cidr-assoc", of: id)]
        case "cidr-block-association.state": ["associated"]
        case "dhcp-options-id", "dhcpOptionsId": [network.dhcpOptions.rawValue]
        case "is-default", "isDefault": ["true"]
        case "state": ["available"]
        default: nil
        }
    }

    private func subnetTexts(_ name: String) -> [String]? {
        switch name {
        case "availability-zone", "availabilityZone": subnet.map { [$0.zone.name] }
        case "availability-zone-id", "availabilityZoneId": subnet.map { [$0.zone.id] }
        case "available-ip-address-count": [String(freeAddresses)]
        case "cidr", "cidr-block", "cidrBlock": subnet.map { [$0.block] }
        case "default-for-az", "defaultForAz", "map-public-ip-on-launch", "mapPublicIpOnLaunch": ["true"]
        case "enable-dns64", "ipv6-native", "map-customer-owned-ip-on-launch": ["false"]
        case "private-dns-name-options-on-launch.hostname-type": ["ip-name"]
        case "private-dns-name-options-on-launch.enable-resource-name-dns-a-record",
            "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record":
            ["false"]
        case "state": ["available"]
        case "subnet-arn": [arn]
        default: nil
        }
    }

    private func routeTableTexts(_ name: String) -> [String]? {
        switch name {
        case "association.main": ["true"]
        case "association.route-table-association-id": [network.association("rtbassoc", of: id)]
        case "association.route-table-id": [id.rawValue]
        case "route.destination-cidr-block": [DefaultNetwork.block, "0.0.0.0/0"]
        case "route.gateway-id": ["local", network.internetGateway.rawValue]
        case "route.origin": ["CreateRouteTable", "CreateRoute"]
        case "route.state": ["active"]
        default: nil
        }
    }

    private func networkACLTexts(_ name: String) -> [String]? {
        switch name {
        case "association.association-id": network.subnets.map { network.association("aclassoc", of: $0.id) }
        case "association.network-acl-id": [id.rawValue]
        case "association.subnet-id": network.subnets.map(\.id.rawValue)
        case "default": ["true"]
        case "entry.cidr": ["0.0.0.0/0"]
        case "entry.egress": ["true", "false"]
        case "entry.protocol": ["-1"]
        case "entry.rule-action": ["allow", "deny"]
        case "entry.rule-number": ["100", "32767"]
        default: nil
        }
    }

    package var arn: String {
        let (region, account) = (network.region, network.account)
        return "arn:\(region.partition):ec2:\(region):\(account):\(id.kind.rawValue)/\(id)"
    }
}

/// What machines are told by DHCP.
package struct DHCPOption: Hashable, Sendable {
    package let key: String
    package let value: String

    package static func all(of network: DefaultNetwork) -> [DHCPOption] {
        [
            DHCPOption(key: "domain-name", value: network.domainName),
            DHCPOption(key: "domain-name-servers", value: "AmazonProvidedDNS"),
        ]
    }
}
