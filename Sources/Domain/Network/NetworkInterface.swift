import Foundation

/// The network interface of an instance: it comes and goes with it.
package struct NetworkInterface: Sendable, Equatable, Identifiable {
    package let detail: InstanceDetail

    /// Nil for an instance that has none any more.
    package init?(of detail: InstanceDetail) {
        guard detail.hasInterface else { return nil }
        self.detail = detail
    }

    package var id: NetworkInterfaceID { detail.instance.place.interface }
    package var tags: [Tag] { detail.instance.place.interfaceTags }
}

extension NetworkInterface: Filterable {
    package func texts(forFilter name: String) -> [String]? {
        NetworkInterfaceFilters.names.contains(name) ? detail.interfaceTexts(name) ?? [] : nil
    }
}

extension InstanceDetail {
    /// What the interface holds under a filter, by its name in DescribeNetworkInterfaces; nil for what it has nothing of.
    func interfaceTexts(_ name: String) -> [String]? {
        guard hasInterface else { return nil }
        let place = instance.place
        if name.contains("association.") { return associationTexts(name) }
        if name.hasPrefix("attachment.") { return attachmentText(name).map { [$0] } }
        return switch name {
        case "addresses.primary", "source-dest-check": ["true"]
        case "addresses.private-dns-name", "private-dns-name": [privateName]
        case "addresses.private-ip-address", "private-ip-address": [place.privateAddress]
        case "availability-zone": [place.zone.name]
        case "availability-zone-id": [place.zone.id]
        case "description": [place.interfaceDescription]
        case "group-id": groups.map(\.id.rawValue)
        case "group-name": groups.map(\.name)
        case "interface-type": ["interface"]
        case "deny-all-igw-traffic", "ipv6-native", "operator.managed", "requester-managed": ["false"]
        case "mac-address": [place.mac]
        case "network-interface-id": [place.interface.rawValue]
        case "owner-id": [instance.owner.rawValue]
        case "status": ["in-use"]
        case "subnet-id": [place.subnet.rawValue]
        case "tag-key": place.interfaceTags.map(\.key)
        case "tag-value": place.interfaceTags.map(\.value)
        case "vpc-id": [place.vpc.rawValue]
        default: nil
        }
    }

    private func associationTexts(_ name: String) -> [String]? {
        guard let address = instance.place.publicAddress else { return nil }
        if name.hasSuffix("association.public-ip") { return [address] }
        return name.hasSuffix("owner-id") ? ["amazon"] : nil
    }

    private func attachmentText(_ name: String) -> String? {
        switch name {
        case "attachment.attach-time": ISO8601.text(instance.createdAt.wholeSeconds)
        case "attachment.attachment-id": interfaceAttachment
        case "attachment.delete-on-termination": "true"
        case "attachment.device-index", "attachment.network-card-index": "0"
        case "attachment.instance-id": instance.id.rawValue
        case "attachment.instance-owner-id": instance.owner.rawValue
        case "attachment.status": "attached"
        default: nil
        }
    }
}
