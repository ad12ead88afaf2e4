import Domain
import Wire

/// What one call has launched, as DescribeInstances shows it.
struct ReservationItem: XMLEncodable {
    let reservation: Reservation

    func write(to xml: inout XMLWriter) {
        xml.element("reservationId", reservation.id.rawValue)
        xml.element("ownerId", reservation.owner.rawValue)
        // Of EC2-Classic: those of a VPC stand with each instance.
        xml.list("groupSet", [String]())
        xml.list("instancesSet", reservation.instances) { InstanceItem(detail: $1).write(to: &$0) }
    }
}

/// An instance as DescribeInstances shows it.
struct InstanceItem: XMLEncodable {
    let detail: InstanceDetail

    private var instance: Instance { detail.instance }

    func write(to xml: inout XMLWriter) {
        xml.element("architecture", instance.traits.architecture.rawValue)
        xml.list("blockDeviceMapping", detail.attachments) { DeviceItem(attachment: $1).write(to: &$0) }
        xml.element("clientToken", instance.clientToken ?? "")
        xml.element("ebsOptimized", instance.isEBSOptimized)
        xml.element("enaSupport", instance.traits.enaSupport)
        xml.element("hypervisor", "xen")
        if let profile = instance.profile {
            xml.element("iamInstanceProfile") { xml in
                xml.element("arn", profile)
                xml.element("id", instance.profileID)
            }
        }
        let interfaces = [NetworkInterface(of: detail)].compactMap(\.self)
        xml.list("networkInterfaceSet", interfaces) { InterfaceItem(interface: $1, isWithInstance: true).write(to: &$0) }
        xml.element("rootDeviceName", instance.rootDeviceName.isEmpty ? nil : instance.rootDeviceName)
        xml.element("rootDeviceType", instance.rootDeviceType.rawValue)
        xml.list("groupSet", detail.hasInterface ? detail.groups : []) { $1.write(to: &$0) }
        if detail.hasInterface { xml.element("sourceDestCheck", true) }
        xml.element("sriovNetSupport", instance.traits.sriovNetSupport)
        if let reason = instance.reason {
            xml.element("stateReason") { xml in
                xml.element("code", reason.code)
                xml.element("message", reason.message)
            }
        }
        TagSet(tags: instance.tags).writeIfAny(to: &xml)
        xml.element("virtualizationType", instance.traits.virtualization.rawValue)
        writeOptions(to: &xml)
        xml.element("instanceId", instance.id.rawValue)
        xml.element("imageId", instance.image.rawValue)
        xml.element("instanceState") { instance.state.write(to: &$0) }
        xml.element("privateDnsName", detail.privateName)
        // No name leads to an address of the server's own.
        xml.element("dnsName", "")
        xml.element("reason", instance.transition)
        xml.element("keyName", instance.keyName)
        xml.element("amiLaunchIndex", instance.launchIndex)
        xml.list("productCodes", [String]())
        xml.element("instanceType", instance.type)
        xml.element("launchTime", instance.launchedAt.wholeSeconds)
        xml.element("placement") { xml in
            xml.element("availabilityZoneId", instance.place.zone.id)
            xml.element("groupName", "")
            xml.element("tenancy", "default")
            xml.element("availabilityZone", instance.place.zone.name)
        }
        xml.element("kernelId", instance.traits.kernelID)
        xml.element("ramdiskId", instance.traits.ramdiskID)
        xml.element("monitoring") { $0.element("state", instance.isMonitored ? "enabled" : "disabled") }
        guard detail.hasInterface else { return }
        xml.element("subnetId", instance.place.subnet.rawValue)
        xml.element("vpcId", instance.place.vpc.rawValue)
        xml.element("privateIpAddress", instance.place.privateAddress)
        xml.element("ipAddress", instance.place.publicAddress)
    }

    private func writeOptions(to xml: inout XMLWriter) {
        if let type = detail.type {
            xml.element("cpuOptions") { xml in
                xml.element("coreCount", type.cores)
                xml.element("threadsPerCore", type.threadsPerCore)
            }
        }
        xml.element("capacityReservationSpecification") { $0.element("capacityReservationPreference", "open") }
        xml.element("hibernationOptions") { $0.element("configured", false) }
        xml.element("metadataOptions") { instance.metadata.write(to: &$0) }
        xml.element("enclaveOptions") { $0.element("enabled", false) }
        xml.element("bootMode", instance.traits.bootMode?.rawValue)
        xml.element("platformDetails", "Linux/UNIX")
        xml.element("usageOperation", "RunInstances")
        xml.element("usageOperationUpdateTime", instance.createdAt)
        xml.element("privateDnsNameOptions") { xml in
            xml.element("hostnameType", "ip-name")
            xml.element("enableResourceNameDnsARecord", false)
            xml.element("enableResourceNameDnsAAAARecord", false)
        }
        xml.element("tpmSupport", instance.traits.tpmSupport)
        xml.element("maintenanceOptions") { $0.element("autoRecovery", "default") }
        xml.element("currentInstanceBootMode", detail.bootMode == .uefi ? "uefi" : "legacy-bios")
    }
}

/// A volume as an instance shows it.
struct DeviceItem: XMLEncodable {
    let attachment: VolumeAttachment

    func write(to xml: inout XMLWriter) {
        xml.element("deviceName", attachment.device)
        xml.element("ebs") { xml in
            xml.element("attachTime", attachment.attachedAt.wholeSeconds)
            xml.element("deleteOnTermination", attachment.deletesOnTermination)
            xml.element("status", attachment.state.told)
            xml.element("volumeId", attachment.volume.rawValue)
        }
    }
}

/// A network interface, as it is described by itself or with its instance.
struct InterfaceItem: XMLEncodable {
    let interface: NetworkInterface
    var isWithInstance = false

    func write(to xml: inout XMLWriter) {
        let (detail, place) = (interface.detail, interface.detail.instance.place)
        writeAssociation(place.publicAddress, to: &xml)
        xml.element("attachment") { writeAttachment(to: &$0) }
        if !isWithInstance { xml.element("availabilityZone", place.zone.name) }
        xml.element("description", place.interfaceDescription)
        xml.list("groupSet", detail.groups) { $1.write(to: &$0) }
        xml.element("interfaceType", "interface")
        xml.list("ipv6AddressesSet", [String]())
        xml.element("macAddress", place.mac)
        xml.element("networkInterfaceId", place.interface.rawValue)
        xml.element("ownerId", detail.instance.owner.rawValue)
        xml.element("privateDnsName", detail.privateName)
        xml.element("privateIpAddress", place.privateAddress)
        xml.list("privateIpAddressesSet", [place]) { xml, place in
            writeAssociation(place.publicAddress, to: &xml)
            xml.element("primary", true)
            xml.element("privateDnsName", detail.privateName)
            xml.element("privateIpAddress", place.privateAddress)
        }
        if !isWithInstance { xml.element("requesterManaged", false) }
        xml.element("sourceDestCheck", true)
        xml.element("status", "in-use")
        xml.element("subnetId", place.subnet.rawValue)
        if !isWithInstance { TagSet(tags: interface.tags).write(to: &xml) }
        xml.element("vpcId", place.vpc.rawValue)
        if !isWithInstance { xml.element("availabilityZoneId", place.zone.id) }
    }

    private func writeAttachment(to xml: inout XMLWriter) {
        let instance = interface.detail.instance
        xml.element("attachTime", instance.createdAt.wholeSeconds)
        xml.element("attachmentId", interface.detail.interfaceAttachment)
        xml.element("deleteOnTermination", true)
        xml.element("deviceIndex", 0)
        xml.element("networkCardIndex", 0)
        if !isWithInstance {
            xml.element("instanceId", instance.id.rawValue)
            xml.element("instanceOwnerId", instance.owner.rawValue)
        }
        xml.element("status", "attached")
    }

    private func writeAssociation(_ address: String?, to xml: inout XMLWriter) {
        guard let address else { return }
        xml.element("association") { xml in
            xml.element("ipOwnerId", "amazon")
            xml.element("publicDnsName", "")
            xml.element("publicIp", address)
        }
    }
}

extension InstanceDetail.Group {
    func write(to xml: inout XMLWriter) {
        xml.element("groupId", id.rawValue)
        xml.element("groupName", name)
    }
}

extension InstanceState {
    func write(to xml: inout XMLWriter) {
        xml.element("code", code)
        xml.element("name", rawValue)
    }
}

extension MetadataOptions {
    func write(to xml: inout XMLWriter) {
        xml.element("state", "applied")
        xml.element("httpTokens", httpTokens)
        xml.element("httpPutResponseHopLimit", hopLimit)
        xml.element("httpEndpoint", httpEndpoint)
        xml.element("httpProtocolIpv6", "disabled")
        xml.element("instanceMetadataTags", instanceMetadataTags)
    }
}
