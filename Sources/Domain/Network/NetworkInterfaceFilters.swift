/// The filters of DescribeNetworkInterfaces and of DescribeAddresses, `tag:` ones aside.
package enum NetworkInterfaceFilters {
    package static let names: Set<String> = [
        "addresses.association.owner-id", "addresses.association.public-ip", "addresses.primary", "addresses.private-ip-address",
        "association.allocation-id", "association.association-id", "association.ip-owner-id", "association.public-dns-name",
        "association.public-ip", "attachment.attach-time", "attachment.attachment-id", "attachment.delete-on-termination",
        "attachment.device-index", "attachment.instance-id", "attachment.instance-owner-id", "attachment.nat-gateway-id",
        "attachment.status", "availability-zone", "availability-zone-id", "description", "group-id", "group-name", "interface-type",
        "ipv6-addresses.ipv6-address", "mac-address", "network-interface-id", "operator.managed", "operator.principal", "owner-id",
        "private-dns-name", "private-ip-address", "requester-id", "requester-managed", "source-dest-check", "status", "subnet-id",
        "tag-key", "vpc-id",
    ]

    package static let ofAddresses: Set<String> = [
        "allocation-id", "association-id", "domain", "instance-id", "network-border-group", "network-interface-id",
        "network-interface-owner-id", "private-ip-address", "public-ip", "tag-key",
    ]
}
