import Domain
import Testing

@Suite struct TrafficPatternTests {
    @Test(
        arguments: [
            ("tcp", 22, 22, TrafficPattern(protocol: "tcp", from: 22, to: 22)),
            ("TCP", 0, 65_535, TrafficPattern(protocol: "tcp", from: 0, to: 65_535)),
            ("6", 80, 443, TrafficPattern(protocol: "tcp", from: 80, to: 443)),
            ("17", 53, 53, TrafficPattern(protocol: "udp", from: 53, to: 53)),
            ("icmp", 8, -1, TrafficPattern(protocol: "icmp", from: 8, to: -1)),
            ("58", nil, nil, TrafficPattern(protocol: "icmpv6", from: -1, to: -1)),
            ("-1", 22, 80, .everything), ("50", 1, 2, TrafficPattern(protocol: "50", from: -1, to: -1)),
        ] as [(String, Int?, Int?, TrafficPattern)]
    )
    func whatIsAskedIsKeptInOneForm(_ name: String, _ from: Int?, _ to: Int?, _ expected: TrafficPattern) throws {
        let pattern = try TrafficPattern(asked: name, from: from, to: to)
        #expect(pattern == expected)
        #expect(pattern.hasPorts == ["tcp", "udp", "icmp", "icmpv6"].contains(pattern.protocol))
    }

    @Test(
        arguments: [
            ("tcp", nil, nil), ("tcp", 22, nil), ("udp", -1, -1), ("tcp", 80, 22), ("tcp", 0, 65_536), ("tcp", -2, 5), ("icmp", -1, 3),
            ("icmp", 256, 0),
            ("icmp", 3, 256), ("256", nil, nil), ("-2", nil, nil), ("06", 22, 22), ("all", nil, nil), ("", nil, nil), ("tcp ", 22, 22),
        ] as [(String, Int?, Int?)]
    )
    func whatEC2DoesNotTakeIsRefused(_ name: String, _ from: Int?, _ to: Int?) {
        let fault = #expect(throws: Fault.self) { try TrafficPattern(asked: name, from: from, to: to) }
        #expect(fault?.code == .invalidParameterValue)
    }
}
