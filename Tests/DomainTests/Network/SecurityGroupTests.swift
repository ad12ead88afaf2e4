import Domain
import Testing

@Suite struct SecurityGroupTests {
    private let network = DefaultNetwork(of: known("123456789012"), in: known("eu-west-1"))

    private func group(_ rules: [(isEgress: Bool, traffic: TrafficPattern, peer: String)]) -> SecurityGroup {
        var group = SecurityGroup(id: known("sg-0123456789abcdef0"), network: network, name: "web", description: "the web")
        group.rules = rules.map { group.rule(SecurityGroupRule.Content(isEgress: $0.isEgress, $0.traffic, known($0.peer))) }
        return group
    }

    private func tcp(_ ports: ClosedRange<Int>) -> TrafficPattern {
        TrafficPattern(protocol: "tcp", from: ports.lowerBound, to: ports.upperBound)
    }

    @Test func theDefaultGroupLetsItsMembersInAndEverythingOut() {
        let group = SecurityGroup.standard(of: network)
        #expect(group.isDefault && group.id == network.securityGroup)
        #expect(group.rules(isEgress: false).map(\.peer) == [.group(group.id)])
        #expect(group.rules(isEgress: true).map(\.peer) == [.block(.everything)])
        #expect(group.rules.allSatisfy { $0.traffic == .everything && $0.group == group.id })
        #expect(group.openPorts == OpenPorts(tcp: [], udp: []))
    }

    @Test func portsAreOpenToAnyoneAndToLoopbackAddresses() {
        let udp = TrafficPattern(protocol: "udp", from: 53, to: 53)
        let open = group([
            (false, tcp(22...22), "0.0.0.0/0"), (false, tcp(80...90), "127.0.0.1/32"), (false, tcp(85...100), "0.0.0.0/1"),
            (false, tcp(101...101), "0.0.0.0/0"),
            (false, udp, "127.0.0.0/8"), (false, TrafficPattern(protocol: "icmp", from: -1, to: -1), "0.0.0.0/0"),
            // Not from where a machine's clients come, or not inwards.
            (false, tcp(5432...5432), "10.0.0.0/8"), (false, tcp(1...1), "::/0"), (false, tcp(2...2), "sg-0123456789abcdef0"),
            (true, tcp(3...3), "0.0.0.0/0"),
        ])
        #expect(open.openPorts == OpenPorts(tcp: [22...22, 80...101], udp: [53...53]))
        let all = group([(false, .everything, "0.0.0.0/0")])
        #expect(all.openPorts == OpenPorts(tcp: [0...65_535], udp: [0...65_535]))
        #expect([open, all].openPorts == all.openPorts)
        #expect([SecurityGroup]().openPorts == OpenPorts(tcp: [], udp: []))
    }

    @Test func everyFilterFindsWhatARuleSays() throws {
        var group = group([
            (false, tcp(22...23), "10.0.0.0/8"), (false, tcp(22...23), "2001:db8::/32"), (true, .everything, "sg-0aaaaaaaaaaaaaaaa"),
        ])
        group.rules[2].peerName = "others"
        let found = [
            ("description", "the web"), ("group-id", group.id.rawValue), ("group-name", "w?b"), ("owner-id", "123456789012"),
            ("vpc-id", network.vpc.rawValue), ("ip-permission.cidr", "10.0.0.0/8"), ("ip-permission.ipv6-cidr", "2001:db8::/32"),
            ("ip-permission.from-port", "22"), ("ip-permission.to-port", "23"), ("ip-permission.protocol", "tcp"),
            ("egress.ip-permission.protocol", "-1"), ("egress.ip-permission.group-id", "sg-0aaaaaaaaaaaaaaaa"),
            ("egress.ip-permission.group-name", "others"), ("egress.ip-permission.user-id", "123456789012"),
        ]
        for (name, value) in found {
            #expect(SecurityGroup.filterNames.contains(name))
            #expect(try group.matches([Filter(name: name, values: [value])]), "\(name)")
        }
        for name in SecurityGroup.filterNames { #expect(try !group.matches([Filter(name: name, values: ["nothing-of-this"])])) }
        for name in ["ip-permission.group-id", "ip-permission.user-id", "egress.ip-permission.cidr", "egress.ip-permission.from-port"] {
            #expect(try !group.matches([Filter(name: name, values: ["*"])]), "\(name)")
        }
    }

    @Test func textsAreOfEC2sCharacters() throws {
        #expect(try SecurityGroupText.name("web servers (1)  ") == "web servers (1)")
        #expect(try SecurityGroupText.ruleDescription("") == nil)
        #expect(try SecurityGroupText.ruleDescription("a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*") != nil)
        for name in ["", "   ", "default", "sg-12345678", "wéb", "a\nb", "a<b", String(repeating: "a", count: 256)] {
            #expect(throws: Fault.self, "\(name)") { try SecurityGroupText.name(name) }
        }
        try SecurityGroupText.checkDescription(String(repeating: "a", count: 255))
        for text in ["naïve", "a'b", "a\"b", "tab\t", String(repeating: "a", count: 256)] {
            #expect(throws: Fault.self) { try SecurityGroupText.checkDescription(text) }
            #expect(throws: Fault.self) { try SecurityGroupText.ruleDescription(text) }
        }
    }

    @Test func duplicatesAreToldInEC2sWords() {
        let content = SecurityGroupRule.Content(isEgress: false, tcp(22...22), known("0.0.0.0/0"))
        #expect(
            content.duplicate.message == #"the specified rule "peer: 0.0.0.0/0, TCP, from port: 22, to port: 22, ALLOW" already exists"#
        )
    }
}
