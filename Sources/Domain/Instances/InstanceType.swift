/// What a machine of a type has (docs/behaviour/instance-types.md).
package struct InstanceType: Sendable, Equatable {
    package enum Hypervisor: String, Sendable { case xen, nitro }

    package enum Support: String, Sendable { case unsupported, supported, required }

    /// As `t3.nano`.
    package let name: String
    package let isCurrent: Bool
    /// Whether it earns credits for bursts, as t2, t3 and t4g.
    package let isBurstable: Bool
    package let isFreeTierEligible: Bool
    package let hypervisor: Hypervisor
    package let architectures: [MachineTraits.Architecture]
    package let manufacturer: String
    package let clockGHz: Double
    package let vCPUs: Int
    package let threadsPerCore: Int
    package let memoryMiB: Int
    package let bootModes: [MachineTraits.BootMode]
    package let ena: Support
    package let networkPerformance: String
    package let interfacesMax: Int
    package let addressesPerInterface: Int
    package let isEBSOptimizedByDefault: Bool

    package var cores: Int { max(1, vCPUs / threadsPerCore) }

    /// Whether a guest under paravirtualization could start: none can in Ferry.
    package var virtualizations: [MachineTraits.Virtualization] { [.hvm] }

    package var supportsTPM: Bool { hypervisor == .nitro && architectures == [.amd64] }
}

/// A family of types, which differ in size alone.
private struct InstanceFamily {
    struct Size {
        let name: String
        let vCPUs: Int
        let memoryMiB: Int
        let interfaces: Int
        let addresses: Int
    }

    let name: String
    var isCurrent = true
    var isBurstable = false
    var freeTierSizes: Set<String> = []
    var hypervisor = InstanceType.Hypervisor.nitro
    var architectures: [MachineTraits.Architecture] = [.amd64]
    var manufacturer = "Intel"
    let clockGHz: Double
    var threadsPerCore = 2
    var ena = InstanceType.Support.required
    var performance = "Up to 10 Gigabit"
    let sizes: [Size]

    var types: [InstanceType] {
        sizes.map { size in
            InstanceType(
                name: "\(name).\(size.name)",
                isCurrent: isCurrent,
                isBurstable: isBurstable,
                isFreeTierEligible: freeTierSizes.contains(size.name),
                hypervisor: hypervisor,
                architectures: architectures,
                manufacturer: manufacturer,
                clockGHz: clockGHz,
                vCPUs: size.vCPUs,
                threadsPerCore: size.vCPUs == 1 ? 1 : threadsPerCore,
                memoryMiB: size.memoryMiB,
                bootModes: bootModes,
                ena: ena,
                networkPerformance: performance,
                interfacesMax: size.interfaces,
                addressesPerInterface: size.addresses,
                isEBSOptimizedByDefault: hypervisor == .nitro
            )
        }
    }

    private var bootModes: [MachineTraits.BootMode] {
        if architectures == [.arm64] { return [.uefi] }
        return hypervisor == .xen ? [.legacyBIOS] : [.legacyBIOS, .uefi]
    }
}

extension InstanceType {
    /// All that there are, ordered by name: those that image pipelines ask for.
    package static let all: [InstanceType] = families.flatMap(\.types).sorted { $0.name < $1.name }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    package static func named(_ name: String) -> InstanceType? { byName[name] }

    /// Some of its sizes by name. What is not there is a mistake of the caller's.
    package static func named(_ names: [String]) throws -> [InstanceType] {
        let missing = names.filter { byName[$0] == nil }
        guard missing.isEmpty else {
            throw Fault(
                .invalidInstanceType,
                "The following supplied instance types do not exist: [\(missing.joined(separator: ", "))]"
            )
        }
        return Set(names).compactMap { byName[$0] }.sorted { $0.name < $1.name }
    }

    private static let burstable = [
        size("nano", 2, 0.5, 2, 2), size("micro", 2, 1, 2, 2), size("small", 2, 2, 3, 4), size("medium", 2, 4, 3, 6),
        size("large", 2, 8, 3, 12), size("xlarge", 4, 16, 4, 15), size("2xlarge", 8, 32, 4, 15),
    ]

    /// From large to 8xlarge, with so much memory for each vCPU.
    private static func sizes(gibPerVCPU: Double) -> [InstanceFamily.Size] {
        [
            size("large", 2, 2 * gibPerVCPU, 3, 10), size("xlarge", 4, 4 * gibPerVCPU, 4, 15), size("2xlarge", 8, 8 * gibPerVCPU, 4, 15),
            size("4xlarge", 16, 16 * gibPerVCPU, 8, 30), size("8xlarge", 32, 32 * gibPerVCPU, 8, 30),
        ]
    }

    private static func size(_ name: String, _ vCPUs: Int, _ gib: Double, _ interfaces: Int, _ addresses: Int) -> InstanceFamily.Size {
        .init(name: name, vCPUs: vCPUs, memoryMiB: Int(gib * 1024), interfaces: interfaces, addresses: addresses)
    }

    private static let families: [InstanceFamily] =
        old + [
            InstanceFamily(
                name: "t2",
                isBurstable: true,
                freeTierSizes: ["micro"],
                hypervisor: .xen,
                clockGHz: 2.5,
                threadsPerCore: 1,
                ena: .unsupported,
                performance: "Low to Moderate",
                sizes: [
                    size("nano", 1, 0.5, 2, 2), size("micro", 1, 1, 2, 2), size("small", 1, 2, 3, 4), size("medium", 2, 4, 3, 6),
                    size("large", 2, 8, 3, 12), size("xlarge", 4, 16, 3, 15), size("2xlarge", 8, 32, 3, 15),
                ]
            ),
            InstanceFamily(
                name: "t3",
                isBurstable: true,
                freeTierSizes: ["micro", "small"],
                clockGHz: 2.5,
                performance: "Up to 5 Gigabit",
                sizes: burstable
            ),
            InstanceFamily(
                name: "t3a",
                isBurstable: true,
                manufacturer: "AMD",
                clockGHz: 2.2,
                performance: "Up to 5 Gigabit",
                sizes: burstable
            ),
            arm("t4g", 2.5, isBurstable: true, freeTierSizes: ["micro", "small"], burstable),
            InstanceFamily(name: "m5", clockGHz: 3.1, sizes: sizes(gibPerVCPU: 4)),
            InstanceFamily(name: "m6i", clockGHz: 3.5, performance: "Up to 12.5 Gigabit", sizes: sizes(gibPerVCPU: 4)),
            InstanceFamily(
                name: "m7i-flex",
                freeTierSizes: ["large"],
                clockGHz: 3.2,
                performance: "Up to 12.5 Gigabit",
                sizes: sizes(gibPerVCPU: 4)
            ),
            InstanceFamily(name: "c5", clockGHz: 3.4, sizes: sizes(gibPerVCPU: 2).filter { $0.name != "8xlarge" }),
            InstanceFamily(name: "c6i", clockGHz: 3.5, performance: "Up to 12.5 Gigabit", sizes: sizes(gibPerVCPU: 2)),
            InstanceFamily(name: "r5", clockGHz: 3.1, sizes: sizes(gibPerVCPU: 8)),
            InstanceFamily(name: "r6i", clockGHz: 3.5, performance: "Up to 12.5 Gigabit", sizes: sizes(gibPerVCPU: 8)),
            arm("m6g", 2.5, sizes(gibPerVCPU: 4)),
            arm("m7g", 2.6, sizes(gibPerVCPU: 4)),
            arm("c6g", 2.5, sizes(gibPerVCPU: 2)),
            arm("c7g", 2.6, sizes(gibPerVCPU: 2)),
            arm("r6g", 2.5, sizes(gibPerVCPU: 8)),
        ]

    private static func arm(
        _ name: String,
        _ clockGHz: Double,
        isBurstable: Bool = false,
        freeTierSizes: Set<String> = [],
        _ sizes: [InstanceFamily.Size]
    ) -> InstanceFamily {
        InstanceFamily(
            name: name,
            isBurstable: isBurstable,
            freeTierSizes: freeTierSizes,
            architectures: [.arm64],
            manufacturer: "AWS",
            clockGHz: clockGHz,
            threadsPerCore: 1,
            sizes: sizes
        )
    }

    /// Of earlier generations, which old tools still ask for.
    private static let old: [InstanceFamily] = [
        xen("t1", 2.0, [size("micro", 1, 0.613, 2, 2)], isI386: true),
        xen("m1", 2.0, [size("small", 1, 1.7, 2, 4), size("medium", 1, 3.7, 2, 6)], isI386: true),
        xen("m1", 2.0, [size("large", 2, 7.5, 3, 10), size("xlarge", 4, 15, 4, 15)]),
        xen("m3", 2.5, [size("medium", 1, 3.75, 2, 6), size("large", 2, 7.5, 3, 10), size("xlarge", 4, 15, 4, 15)]),
        xen("m4", 2.4, [size("large", 2, 8, 2, 10), size("xlarge", 4, 16, 4, 15), size("2xlarge", 8, 32, 4, 15)]),
        xen("c4", 2.9, [size("large", 2, 3.75, 3, 10), size("xlarge", 4, 7.5, 4, 15), size("2xlarge", 8, 15, 4, 15)]),
    ]

    private static func xen(_ name: String, _ clockGHz: Double, _ sizes: [InstanceFamily.Size], isI386: Bool = false) -> InstanceFamily {
        InstanceFamily(
            name: name,
            isCurrent: false,
            hypervisor: .xen,
            architectures: isI386 ? [.i386, .amd64] : [.amd64],
            clockGHz: clockGHz,
            threadsPerCore: 1,
            ena: .unsupported,
            performance: "Moderate",
            sizes: sizes
        )
    }
}

extension InstanceType: Filterable {
    /// The filters of DescribeInstanceTypes.
    package static let filterNames: Set<String> = [
        "auto-recovery-supported", "bare-metal", "burstable-performance-supported", "current-generation", "dedicated-hosts-supported",
        "ebs-info.attachment-limit-type", "ebs-info.maximum-ebs-attachments",
        "ebs-info.ebs-optimized-info.baseline-bandwidth-in-mbps", "ebs-info.ebs-optimized-info.baseline-iops",
        "ebs-info.ebs-optimized-info.baseline-throughput-in-mbps", "ebs-info.ebs-optimized-info.maximum-bandwidth-in-mbps",
        "ebs-info.ebs-optimized-info.maximum-iops", "ebs-info.ebs-optimized-info.maximum-throughput-in-mbps",
        "ebs-info.ebs-optimized-support", "ebs-info.encryption-support", "ebs-info.nvme-support", "free-tier-eligible",
        "hibernation-supported", "hypervisor", "instance-storage-info.disk.count", "instance-storage-info.disk.size-in-gb",
        "instance-storage-info.disk.type", "instance-storage-info.encryption-support", "instance-storage-info.nvme-support",
        "instance-storage-info.total-size-in-gb", "instance-storage-supported", "instance-type", "memory-info.size-in-mib",
        "network-info.bandwidth-weightings", "network-info.efa-info.maximum-efa-interfaces", "network-info.efa-supported",
        "network-info.ena-support", "network-info.flexible-ena-queues-support", "network-info.encryption-in-transit-supported",
        "network-info.ipv4-addresses-per-interface", "network-info.ipv6-addresses-per-interface", "network-info.ipv6-supported",
        "network-info.maximum-network-cards", "network-info.maximum-network-interfaces", "network-info.network-performance",
        "nitro-enclaves-support", "nitro-tpm-support", "nitro-tpm-info.supported-versions", "processor-info.supported-architecture",
        "processor-info.sustained-clock-speed-in-ghz", "processor-info.supported-features", "reboot-migration-support",
        "supported-boot-mode", "supported-root-device-type", "supported-usage-class", "supported-virtualization-type",
        "vcpu-info.default-cores", "vcpu-info.default-threads-per-core", "vcpu-info.default-vcpus", "vcpu-info.valid-cores",
        "vcpu-info.valid-threads-per-core",
    ]

    package var tags: [Tag] { [] }

    package func texts(forFilter name: String) -> [String]? {
        switch name {
        case "auto-recovery-supported", "bare-metal", "dedicated-hosts-supported", "hibernation-supported", "instance-storage-supported",
            "network-info.efa-supported", "network-info.encryption-in-transit-supported", "network-info.ipv6-supported":
            ["false"]
        case "burstable-performance-supported": [String(isBurstable)]
        case "current-generation": [String(isCurrent)]
        case "ebs-info.ebs-optimized-support": [isEBSOptimizedByDefault ? "default" : "unsupported"]
        case "ebs-info.encryption-support": ["supported"]
        case "ebs-info.nvme-support": [Support.unsupported.rawValue]
        case "free-tier-eligible": [String(isFreeTierEligible)]
        case "hypervisor": [hypervisor.rawValue]
        case "instance-type": [self.name]
        case "memory-info.size-in-mib": [String(memoryMiB)]
        case "network-info.ena-support": [ena.rawValue]
        case "network-info.ipv4-addresses-per-interface": [String(addressesPerInterface)]
        case "network-info.ipv6-addresses-per-interface": ["0"]
        case "network-info.maximum-network-cards": ["1"]
        case "network-info.maximum-network-interfaces": [String(interfacesMax)]
        case "network-info.network-performance": [networkPerformance]
        case "nitro-enclaves-support": [Support.unsupported.rawValue]
        case "nitro-tpm-support": [supportsTPM ? "supported" : "unsupported"]
        case "nitro-tpm-info.supported-versions": supportsTPM ? ["2.0"] : []
        case "processor-info.supported-architecture": architectures.map(\.rawValue)
        case "processor-info.sustained-clock-speed-in-ghz": [String(clockGHz)]
        case "supported-boot-mode": bootModes.map(\.rawValue)
        case "supported-root-device-type": ["ebs", "instance-store"]
        case "supported-usage-class": ["on-demand"]
        case "supported-virtualization-type": virtualizations.map(\.rawValue)
        case "vcpu-info.default-cores": [String(cores)]
        case "vcpu-info.default-threads-per-core": [String(threadsPerCore)]
        case "vcpu-info.default-vcpus": [String(vCPUs)]
        case "vcpu-info.valid-cores": [String(cores)]
        case "vcpu-info.valid-threads-per-core": [String(threadsPerCore)]
        // What no type here has: the filter is known and matches none.
        default: Self.filterNames.contains(name) ? [] : nil
        }
    }
}
