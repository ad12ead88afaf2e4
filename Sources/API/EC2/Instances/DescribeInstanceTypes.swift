import Domain
import Services
import Wire

/// Lists the types of machines (docs/behaviour/instance-types.md).
struct DescribeInstanceTypes: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeInstanceTypes")]

    private let names: [String]
    private let filters: [Filter]
    private let page: PageRequest

    init(from query: QueryReader) throws(RequestError) {
        names = try query["InstanceType"]
        filters = try query.filters()
        page = try query.page(5...100)
        // Every type that there is can be had in every Region.
        let _: Bool? = try query["IncludeUnsupportedInRegion"]
    }

    func run(in call: Call) async throws -> Answer { Answer(page: try await InstanceTypes(call).describe(names, filters, page: page)) }

    struct Answer: XMLEncodable {
        let page: Page<InstanceType>

        func write(to xml: inout XMLWriter) {
            xml.list("instanceTypeSet", page.elements) { $1.write(to: &$0) }
            xml.element("nextToken", page.nextToken)
        }
    }
}

extension InstanceType {
    fileprivate func write(to xml: inout XMLWriter) {
        xml.element("instanceType", name)
        xml.element("currentGeneration", isCurrent)
        xml.element("freeTierEligible", isFreeTierEligible)
        xml.list("supportedUsageClasses", ["on-demand"])
        xml.list("supportedRootDeviceTypes", ["ebs", "instance-store"])
        xml.list("supportedVirtualizationTypes", virtualizations.map(\.rawValue))
        xml.element("bareMetal", false)
        xml.element("hypervisor", hypervisor.rawValue)
        xml.element("processorInfo") { xml in
            xml.list("supportedArchitectures", architectures.map(\.rawValue))
            xml.element("sustainedClockSpeedInGhz", clockGHz)
            xml.element("manufacturer", manufacturer)
        }
        xml.element("vCpuInfo") { xml in
            xml.element("defaultVCpus", vCPUs)
            xml.element("defaultCores", cores)
            xml.element("defaultThreadsPerCore", threadsPerCore)
            xml.list("validCores", [cores])
            xml.list("validThreadsPerCore", [threadsPerCore])
        }
        xml.element("memoryInfo") { $0.element("sizeInMiB", memoryMiB) }
        xml.element("instanceStorageSupported", false)
        xml.element("ebsInfo") { xml in
            xml.element("ebsOptimizedSupport", isEBSOptimizedByDefault ? "default" : "unsupported")
            xml.element("encryptionSupport", "supported")
            // Guests see their volumes as virtio disks.
            xml.element("nvmeSupport", Support.unsupported.rawValue)
        }
        xml.element("networkInfo") { xml in writeNetwork(to: &xml) }
        xml.element("placementGroupInfo") { $0.list("supportedStrategies", [String]()) }
        xml.element("hibernationSupported", false)
        xml.element("burstablePerformanceSupported", isBurstable)
        xml.element("dedicatedHostsSupported", false)
        xml.element("autoRecoverySupported", false)
        xml.list("supportedBootModes", bootModes.map(\.rawValue))
        xml.element("nitroEnclavesSupport", Support.unsupported.rawValue)
        xml.element("nitroTpmSupport", (supportsTPM ? Support.supported : .unsupported).rawValue)
        if supportsTPM { xml.element("nitroTpmInfo") { $0.list("supportedVersions", ["2.0"]) } }
    }

    private func writeNetwork(to xml: inout XMLWriter) {
        xml.element("networkPerformance", networkPerformance)
        xml.element("maximumNetworkInterfaces", interfacesMax)
        xml.element("maximumNetworkCards", 1)
        xml.element("defaultNetworkCardIndex", 0)
        xml.list("networkCards", [self]) { xml, type in
            xml.element("networkCardIndex", 0)
            xml.element("networkPerformance", type.networkPerformance)
            xml.element("maximumNetworkInterfaces", type.interfacesMax)
        }
        xml.element("ipv4AddressesPerInterface", addressesPerInterface)
        xml.element("ipv6AddressesPerInterface", 0)
        xml.element("ipv6Supported", false)
        xml.element("enaSupport", ena.rawValue)
        xml.element("efaSupported", false)
        xml.element("encryptionInTransitSupported", false)
    }
}
