import Foundation

/// Every filter of DescribeInstances (docs/behaviour/instances.md, "Describing"), `tag:` ones aside.
extension InstanceDetail: Filterable {
    package static let filterNames: Set<String> = [
        "affinity", "architecture", "availability-zone", "availability-zone-id", "block-device-mapping.attach-time",
        "block-device-mapping.delete-on-termination", "block-device-mapping.device-name", "block-device-mapping.status",
        "block-device-mapping.volume-id", "boot-mode", "capacity-reservation-id",
        "capacity-reservation-specification.capacity-reservation-preference",
        "capacity-reservation-specification.capacity-reservation-target.capacity-reservation-id",
        "capacity-reservation-specification.capacity-reservation-target.capacity-reservation-resource-group-arn", "client-token",
        "current-instance-boot-mode", "dns-name", "ebs-optimized", "ena-support", "enclave-options.enabled", "group-id", "group-name",
        "hibernation-options.configured", "host-id", "hypervisor", "iam-instance-profile.arn", "iam-instance-profile.id",
        "iam-instance-profile.name", "image-id", "instance-id", "instance-lifecycle", "instance-state-code", "instance-state-name",
        "instance-type", "instance.group-id", "instance.group-name", "ip-address", "ipv6-address", "kernel-id", "key-name",
        "launch-index", "launch-time", "maintenance-options.auto-recovery", "metadata-options.http-endpoint",
        "metadata-options.http-protocol-ipv4", "metadata-options.http-protocol-ipv6", "metadata-options.http-put-response-hop-limit",
        "metadata-options.http-tokens", "metadata-options.instance-metadata-tags", "metadata-options.state", "monitoring-state",
        "network-interface.addresses.association.allocation-id", "network-interface.addresses.association.association-id",
        "network-interface.addresses.association.carrier-ip", "network-interface.addresses.association.customer-owned-ip",
        "network-interface.addresses.association.ip-owner-id", "network-interface.addresses.association.public-dns-name",
        "network-interface.addresses.association.public-ip", "network-interface.addresses.primary",
        "network-interface.addresses.private-dns-name", "network-interface.addresses.private-ip-address",
        "network-interface.association.allocation-id", "network-interface.association.association-id",
        "network-interface.association.carrier-ip", "network-interface.association.customer-owned-ip",
        "network-interface.association.ip-owner-id", "network-interface.association.public-dns-name",
        "network-interface.association.public-ip", "network-interface.attachment.attach-time",
        "network-interface.attachment.attachment-id", "network-interface.attachment.delete-on-termination",
        "network-interface.attachment.device-index", "network-interface.attachment.instance-id",
        "network-interface.attachment.instance-owner-id", "network-interface.attachment.network-card-index",
        "network-interface.attachment.status", "network-interface.availability-zone", "network-interface.deny-all-igw-traffic",
        "network-interface.description", "network-interface.group-id", "network-interface.group-name",
        "network-interface.ipv4-prefixes.ipv4-prefix", "network-interface.ipv6-address",
        "network-interface.ipv6-addresses.ipv6-address", "network-interface.ipv6-addresses.is-primary-ipv6",
        "network-interface.ipv6-native", "network-interface.ipv6-prefixes.ipv6-prefix", "network-interface.mac-address",
        "network-interface.network-interface-id", "network-interface.operator.managed", "network-interface.operator.principal",
        "network-interface.outpost-arn", "network-interface.owner-id", "network-interface.private-dns-name",
        "network-interface.private-ip-address", "network-interface.public-dns-name", "network-interface.requester-id",
        "network-interface.requester-managed", "network-interface.source-dest-check", "network-interface.status",
        "network-interface.subnet-id", "network-interface.tag-key", "network-interface.tag-value", "network-interface.vpc-id",
        "network-performance-options.bandwidth-weighting", "operator.managed", "operator.principal", "outpost-arn", "owner-id",
        "placement-group-name", "placement-partition-number", "platform", "platform-details", "private-dns-name",
        "private-dns-name-options.enable-resource-name-dns-a-record", "private-dns-name-options.enable-resource-name-dns-aaaa-record",
        "private-dns-name-options.hostname-type", "private-ip-address", "product-code", "product-code.type", "ramdisk-id", "reason",
        "requester-id", "reservation-id", "root-device-name", "root-device-type", "source-dest-check", "spot-instance-request-id",
        "state-reason-code", "state-reason-message", "subnet-id", "tag-key", "tag-value", "tenancy", "tpm-support", "usage-operation",
        "usage-operation-update-time", "virtualization-type", "vpc-id",
    ]

    package var tags: [Tag] { instance.tags }

    /// One volume must hold all of what is asked of volumes, as of a row.
    package func matchesDevices(_ filters: [Filter]) -> Bool {
        let asked = filters.filter { $0.name.hasPrefix("block-device-mapping.") }
        return asked.isEmpty || attachments.contains { attachment in asked.allSatisfy { $0.matches(anyOf: [attachment.text($0.name)]) } }
    }

    package func texts(forFilter name: String) -> [String]? {
        guard Self.filterNames.contains(name) else { return nil }
        if name.hasPrefix("block-device-mapping.") { return attachments.map { $0.text(name) } }
        if name.hasPrefix("metadata-options.") { return [metadataText(name)].compactMap(\.self) }
        if name.hasPrefix("network-interface.") { return interfaceTexts(String(name.dropFirst("network-interface.".count))) ?? [] }
        // Of what nothing stands here for, an instance has nothing: the filter is known and matches none.
        return texts(ofLaunch: name) ?? texts(ofState: name) ?? texts(ofPlace: name) ?? []
    }

    private func texts(ofLaunch name: String) -> [String]? {
        switch name {
        case "architecture": [instance.traits.architecture.rawValue]
        case "boot-mode": [instance.traits.bootMode?.rawValue].compactMap(\.self)
        case "client-token": [instance.clientToken].compactMap(\.self)
        case "current-instance-boot-mode": [bootMode == .uefi ? "uefi" : "legacy-bios"]
        case "ebs-optimized": [String(instance.isEBSOptimized)]
        case "ena-support": [String(instance.traits.enaSupport)]
        case "enclave-options.enabled", "hibernation-options.configured", "operator.managed": ["false"]
        case "hypervisor": ["xen"]
        case "iam-instance-profile.arn": [instance.profile].compactMap(\.self)
        case "iam-instance-profile.id": [instance.profileID].compactMap(\.self)
        case "iam-instance-profile.name": [instance.profile?.split(separator: "/").last.map(String.init)].compactMap(\.self)
        case "image-id": [instance.image.rawValue]
        case "instance-id": [instance.id.rawValue]
        case "instance-type": [instance.type]
        case "kernel-id": [instance.traits.kernelID].compactMap(\.self)
        case "key-name": [instance.keyName].compactMap(\.self)
        case "launch-index": [String(instance.launchIndex)]
        case "launch-time": [ISO8601.text(instance.launchedAt.wholeSeconds)]
        case "platform-details": ["Linux/UNIX"]
        case "ramdisk-id": [instance.traits.ramdiskID].compactMap(\.self)
        case "reservation-id": [instance.reservation.rawValue]
        case "root-device-name": [instance.rootDeviceName]
        case "root-device-type": [instance.rootDeviceType.rawValue]
        case "tpm-support": [instance.traits.tpmSupport].compactMap(\.self)
        case "usage-operation": ["RunInstances"]
        case "usage-operation-update-time": [ISO8601.text(instance.createdAt)]
        case "virtualization-type": [instance.traits.virtualization.rawValue]
        default: nil
        }
    }

    private func texts(ofState name: String) -> [String]? {
        switch name {
        case "capacity-reservation-specification.capacity-reservation-preference": ["open"]
        case "instance-state-code": [String(instance.state.code)]
        case "instance-state-name": [instance.state.rawValue]
        case "maintenance-options.auto-recovery": ["default"]
        case "monitoring-state": [instance.isMonitored ? "enabled" : "disabled"]
        case "owner-id": [instance.owner.rawValue]
        case "reason": [instance.transition]
        case "state-reason-code": [instance.reason?.code].compactMap(\.self)
        case "state-reason-message": [instance.reason?.message].compactMap(\.self)
        case "tenancy": ["default"]
        default: nil
        }
    }

    private func texts(ofPlace name: String) -> [String]? {
        let place = instance.place
        switch name {
        case "availability-zone": return [place.zone.name]
        case "availability-zone-id": return [place.zone.id]
        case "dns-name": return [""]
        case "private-dns-name": return [privateName]
        default: break
        }
        guard hasInterface else { return nil }
        return switch name {
        case "group-id", "instance.group-id": groups.map(\.id.rawValue)
        case "group-name", "instance.group-name": groups.map(\.name)
        case "ip-address": [place.publicAddress].compactMap(\.self)
        case "private-dns-name-options.enable-resource-name-dns-a-record",
            "private-dns-name-options.enable-resource-name-dns-aaaa-record":
            ["false"]
        case "private-dns-name-options.hostname-type": ["ip-name"]
        case "private-ip-address": [place.privateAddress]
        case "source-dest-check": ["true"]
        case "subnet-id": [place.subnet.rawValue]
        case "vpc-id": [place.vpc.rawValue]
        default: nil
        }
    }

    private func metadataText(_ name: String) -> String? {
        let options = instance.metadata
        return switch name {
        case "metadata-options.http-endpoint", "metadata-options.http-protocol-ipv4": options.httpEndpoint
        case "metadata-options.http-protocol-ipv6": "disabled"
        case "metadata-options.http-put-response-hop-limit": String(options.hopLimit)
        case "metadata-options.http-tokens": options.httpTokens
        case "metadata-options.instance-metadata-tags": options.instanceMetadataTags
        case "metadata-options.state": "applied"
        default: nil
        }
    }
}

extension VolumeAttachment {
    fileprivate func text(_ filter: String) -> String {
        switch filter {
        case "block-device-mapping.attach-time": ISO8601.text(attachedAt.wholeSeconds)
        case "block-device-mapping.delete-on-termination": String(deletesOnTermination)
        case "block-device-mapping.device-name": device
        case "block-device-mapping.status": state.told
        default: volume.rawValue
        }
    }
}
