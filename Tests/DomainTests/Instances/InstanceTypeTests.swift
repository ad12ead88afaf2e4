import Domain
import Testing

@Suite struct InstanceTypeTests {
    @Test func everyTypeIsWhole() {
        let names = InstanceType.all.map(\.name)
        #expect(names == names.sorted() && Set(names).count == names.count)
        for type in InstanceType.all {
            #expect(type.vCPUs >= 1 && type.memoryMiB >= 500 && type.cores * type.threadsPerCore == type.vCPUs, "\(type.name)")
            #expect(!type.architectures.isEmpty && !type.bootModes.isEmpty, "\(type.name)")
            // A guest under arm64 has no BIOS.
            #expect(!type.architectures.contains(.arm64) || type.bootModes == [.uefi], "\(type.name)")
        }
    }

    @Test func typesAreAsTheirNamesakes() throws {
        let known = [
            ("t2.micro", 1, 1024), ("t3.nano", 2, 512), ("t4g.xlarge", 4, 16_384), ("m5.large", 2, 8192), ("c6i.2xlarge", 8, 16_384),
            ("r5.xlarge", 4, 32_768), ("m1.small", 1, 1740), ("t1.micro", 1, 627),
        ]
        for (name, vCPUs, memory) in known {
            let type = try #require(InstanceType.named(name))
            #expect(type.vCPUs == vCPUs && type.memoryMiB == memory, "\(name)")
        }
        #expect(InstanceType.named("t3.giant") == nil)
    }

    /// Every filter that is known can be asked of every type.
    @Test func filtersAreKnownAndFind() throws {
        for name in InstanceType.filterNames {
            for type in InstanceType.all { #expect(type.texts(forFilter: name) != nil, "\(name)") }
        }
        #expect(InstanceType.all[0].texts(forFilter: "colour") == nil)
        let found = try InstanceType.all.filter { type in
            try type.matches([
                Filter(name: "processor-info.supported-architecture", values: ["arm64"]),
                Filter(name: "memory-info.size-in-mib", values: ["512"]),
            ])
        }
        #expect(found.map(\.name) == ["t4g.nano"])
    }

    @Test func typesAreOfferedEverywhereOnce() throws {
        let region: Region = known("eu-west-1")
        let byZone = InstanceTypeOffering.all(in: region, by: .availabilityZoneID)
        #expect(byZone.count == InstanceType.all.count * 3 && Set(byZone.map(\.location)) == ["euw1-az1", "euw1-az2", "euw1-az3"])
        #expect(byZone.map(\.place) == byZone.map(\.place).sorted())
        #expect(InstanceTypeOffering.all(in: region, by: .region).map(\.type) == InstanceType.all.map(\.name))
        #expect(InstanceTypeOffering.all(in: region, by: .outpost).isEmpty)
    }
}
