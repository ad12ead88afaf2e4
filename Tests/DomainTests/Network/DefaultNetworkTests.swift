import Domain
import Testing

@Suite struct DefaultNetworkTests {
    private let network = DefaultNetwork(of: known("123456789012"), in: known("eu-west-1"))

    @Test func idsAreTheSameEachTimeAndWellFormed() {
        #expect(network.vpc.rawValue == "vpc-00048536a7ced86e4")
        for kind in NetworkPartID.Kind.allCases {
            for part in network.parts(kind) {
                #expect(NetworkPartID(rawValue: part.rawValue) == part)
                #expect(part.kind == kind && network.contains(part))
                #expect(TaggableResource(id: part.rawValue) == .networkPart(part))
                #expect(TaggableResource.networkPart(part).kind == kind.rawValue)
            }
        }
        #expect(SecurityGroupID(rawValue: network.securityGroup.rawValue) == network.securityGroup)
    }

    @Test func accountsAndRegionsHaveNetworksOfTheirOwn() {
        let accounts: [AccountID] = ["123456789012", "123456789013", "210987654321"].map { known($0) }
        let regions: [Region] = ["us-east-1", "us-west-1", "eu-west-1", "eu-west-2"].map { known($0) }
        let networks = accounts.flatMap { account in regions.map { DefaultNetwork(of: account, in: $0) } }
        let ids = networks.flatMap { network in NetworkPartID.Kind.allCases.flatMap(network.parts) }
        #expect(Set(ids).count == networks.count * 8)
        #expect(Set(networks.map(\.securityGroup)).count == networks.count)
        for other in networks where other != network { #expect(!other.contains(network.vpc)) }
    }

    @Test func eachZoneHasASubnetOfItsOwnAddresses() throws {
        let subnets = network.subnets
        #expect(subnets.map(\.zone) == AvailabilityZone.zones(of: network.region))
        #expect(subnets.map(\.block) == ["172.31.0.0/20", "172.31.16.0/20", "172.31.32.0/20"])
        let blocks = try subnets.map { try #require(AddressBlock(rawValue: $0.block)) }
        let whole = try #require(AddressBlock(rawValue: DefaultNetwork.block))
        for (index, block) in blocks.enumerated() {
            #expect(block.rawValue == subnets[index].block && block.overlaps(whole))
            #expect(blocks[(index + 1)...].allSatisfy { !$0.overlaps(block) })
        }
        #expect(network.subnet(in: subnets[1].zone)?.id == subnets[1].id)
    }

    /// What there is of a default network is found by the filters that name it, and a filter that nothing answers finds nothing.
    @Test(arguments: NetworkPartID.Kind.allCases) func everyFilterIsKnown(_ kind: NetworkPartID.Kind) throws {
        let part = NetworkPart(id: try #require(network.parts(kind).first), network: network, tags: [Tag(key: "Name", value: "a")])
        for name in NetworkPart.filterNames(kind) where name != "tag-key" {
            for text in try #require(part.texts(forFilter: name)) { #expect(try part.matches([Filter(name: name, values: [text])])) }
            #expect(try !part.matches([Filter(name: name, values: ["nothing-of-this"])]))
        }
        #expect(
            try part.matches([Filter(name: "\(kind.rawValue)-id", values: [part.id.rawValue]), Filter(name: "tag:Name", values: ["a"])])
        )
        #expect(part.texts(forFilter: "colour") == nil)
    }

    @Test func clientsSpellTheDefaultVPCInTwoWays() throws {
        let vpc = NetworkPart(id: network.vpc, network: network, tags: [])
        for name in ["isDefault", "is-default"] {
            #expect(try vpc.matches([Filter(name: name, values: ["true"])]))
            #expect(try !vpc.matches([Filter(name: name, values: ["false"])]))
        }
    }

    @Test(arguments: [
        "vpc-", "vpc-xyz", "vpc-0123456789ABCDEF0", "vpc-0123456789abcdef", "net-0123456789abcdef0", "vpc0123456789abcdef0", "",
    ])
    func whatIsNoIDIsNone(_ text: String) { #expect(NetworkPartID(rawValue: text) == nil) }
}
