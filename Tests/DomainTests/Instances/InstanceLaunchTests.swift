import Domain
import Foundation
import Testing

/// What an instance can be launched as: types, addresses.
@Suite struct InstanceLaunchTests {
    private func refusal(_ type: String, _ traits: MachineTraits) throws -> FaultCode? {
        do {
            try InstanceType.ofLaunch(type).requireFit(for: traits)
            return nil
        } catch let fault as Fault {
            return fault.code
        }
    }

    @Test func imagesNeedTypesThatFit() throws {
        let modern = MachineTraits(architecture: .amd64, virtualization: .hvm, enaSupport: true)
        #expect(try refusal("t3.micro", modern) == nil)
        #expect(try refusal("t9.micro", modern) == .invalidParameterValue)
        #expect(try refusal("t4g.micro", modern) == .invalidParameterValue)
        // Without support for ENA only what is older than it.
        let old = MachineTraits(architecture: .amd64, virtualization: .hvm)
        #expect(try refusal("t3.micro", old) == .invalidParameterCombination)
        #expect(try refusal("t2.micro", old) == nil)
        #expect(try refusal("t2.micro", MachineTraits(architecture: .amd64, virtualization: .paravirtual)) == .invalidParameterCombination)
        func booting(_ mode: MachineTraits.BootMode) -> MachineTraits {
            MachineTraits(architecture: .amd64, virtualization: .hvm, enaSupport: true, bootMode: mode)
        }
        #expect(try refusal("t2.micro", booting(.uefi)) == .unsupported)
        #expect(try refusal("t2.micro", booting(.uefiPreferred)) == nil)
        #expect(try InstanceType.ofLaunch("t2.micro").bootMode(for: booting(.uefiPreferred)) == .legacyBIOS)
        #expect(try InstanceType.ofLaunch("t3.micro").bootMode(for: booting(.uefiPreferred)) == .uefi)
        #expect(try InstanceType.ofLaunch("t3.micro").bootMode(for: modern) == .legacyBIOS)
        #expect(try InstanceType.ofLaunch("t4g.micro").bootMode(for: modern) == .uefi)
        var measured = modern
        measured.tpmSupport = "v2.0"
        #expect(try refusal("t3.micro", measured) == nil)
        #expect(try refusal("t2.micro", measured) == .unsupported)
    }

    @Test func creditsAreThoseOfTheFamily() throws {
        #expect(try InstanceType.ofLaunch("t2.micro").standardCredits == .standard)
        #expect(try InstanceType.ofLaunch("t3.micro").standardCredits == .unlimited)
        #expect(try InstanceType.ofLaunch("m5.large").standardCredits == nil)
    }

    @Test func privateAddressesFillASubnet() throws {
        let network = DefaultNetwork(of: known("123456789012"), in: known("eu-west-1"))
        for subnet in network.subnets {
            let addresses = (0..<DefaultNetwork.subnetAddresses).compactMap {
                InstanceAddresses.privateAddress($0, for: "i-1", in: subnet)
            }
            #expect(Set(addresses).count == DefaultNetwork.subnetAddresses)
            #expect(InstanceAddresses.privateAddress(DefaultNetwork.subnetAddresses, for: "i-1", in: subnet) == nil)
            let third = try #require(subnet.firstBytes.split(separator: ".").last.flatMap { Int($0) })
            #expect(!addresses.contains("172.31.\(third).3") && addresses.contains("172.31.\(third).4"))
            #expect(addresses.contains("172.31.\(third + 15).254") && !addresses.contains("172.31.\(third + 15).255"))
            #expect(addresses.allSatisfy { InstanceAddresses.isUsable($0, in: subnet) })
            #expect(!InstanceAddresses.isUsable("172.31.\(third).3", in: subnet) && !InstanceAddresses.isUsable("10.0.0.4", in: subnet))
        }
    }

    @Test(arguments: ["us-east-1", "eu-west-1", "ap-southeast-2", "home-9"]) func publicAddressesAreTheLoopbacks(region: String) throws {
        let addresses = (0..<5_000).map { InstanceAddresses.publicAddress($0, for: "i-1/1", in: known(region)) }
        #expect(Set(addresses).count == addresses.count)
        for address in addresses {
            let bytes = address.split(separator: ".").compactMap { UInt8($0) }
            #expect(bytes.count == 4 && bytes[0] == 127 && bytes[1] != 0)
            #expect(bytes[2...] != [0, 0] && bytes[2...] != [255, 255])
        }
        // The same each time, and for each start another.
        #expect(InstanceAddresses.publicAddress(0, for: "i-1/1", in: known(region)) == addresses[0])
        #expect(InstanceAddresses.publicAddress(0, for: "i-1/2", in: known(region)) != addresses[0])
    }

    @Test func cardsHaveAddressesOfTheirOwn() throws {
        let one = InstanceAddresses.mac(of: known("eni-0123456789abcdef0"))
        #expect(one.wholeMatch(of: /02(:[0-9a-f]{2}){5}/) != nil)
        #expect(one != InstanceAddresses.mac(of: known("eni-0123456789abcdef1")))
    }

    @Test func everyFilterIsKnown() throws {
        let network = DefaultNetwork(of: known("123456789012"), in: known("us-east-1"))
        let instance = Instance(
            id: known("i-0123456789abcdef0"),
            owner: known("123456789012"),
            reservation: known("r-0123456789abcdef0"),
            launchIndex: 0,
            image: known("ami-0123456789abcdef0"),
            traits: MachineTraits(architecture: .amd64, virtualization: .hvm),
            rootDeviceName: "/dev/xvda",
            rootDeviceType: .ebs,
            type: "t3.micro",
            place: Instance.Place(
                zone: known("us-east-1a"),
                subnet: network.subnets[0].id,
                vpc: network.vpc,
                interface: known("eni-0123456789abcdef0"),
                mac: "02:00:00:00:00:05",
                privateAddress: "172.31.0.5",
                publicAddress: "127.9.8.7",
                groups: [known("sg-0123456789abcdef0")]
            ),
            metadata: MetadataOptions(),
            launchedAt: Date(timeIntervalSince1970: 1_795_376_072)
        )
        let volume = VolumeAttachment(
            volume: known("vol-0123456789abcdef0"),
            instance: instance.id,
            device: "/dev/xvda",
            attachedAt: instance.launchedAt,
            deletesOnTermination: true
        )
        let detail = InstanceDetail(instance: instance, attachments: [volume], groups: [.init(id: instance.place.groups[0], name: "web")])
        for name in InstanceDetail.filterNames { #expect(detail.texts(forFilter: name) != nil, "\(name)") }
        for name in InstanceStatus.filterNames { #expect(InstanceStatus(of: instance).texts(forFilter: name) != nil, "\(name)") }
        let interface = try #require(NetworkInterface(of: detail))
        for name in NetworkInterfaceFilters.names { #expect(interface.texts(forFilter: name) != nil, "\(name)") }
        #expect(detail.texts(forFilter: "colour") == nil && interface.texts(forFilter: "colour") == nil)
        for (name, text) in [
            ("instance-state-name", "pending"), ("private-dns-name", "ip-172-31-0-5.ec2.internal"), ("ip-address", "127.9.8.7"),
            ("instance.group-name", "web"), ("block-device-mapping.device-name", "/dev/xvda"),
            ("network-interface.association.public-ip", "127.9.8.7"), ("network-interface.attachment.status", "attached"),
            ("metadata-options.http-tokens", "optional"), ("current-instance-boot-mode", "legacy-bios"),
        ] {
            #expect(detail.texts(forFilter: name) == [text], "\(name)")
        }
    }
}
