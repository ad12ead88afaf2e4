/// The ports of machines that are reached from outside: ranges that neither meet nor overlap, in order.
package struct OpenPorts: Hashable, Sendable {
    package let tcp: [ClosedRange<Int>]
    package let udp: [ClosedRange<Int>]

    package init(tcp: [ClosedRange<Int>], udp: [ClosedRange<Int>]) {
        self.tcp = Self.merged(tcp)
        self.udp = Self.merged(udp)
    }

    private static func merged(_ ranges: [ClosedRange<Int>]) -> [ClosedRange<Int>] {
        var merged: [ClosedRange<Int>] = []
        for range in ranges.sorted(by: { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }) {
            if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }
}

extension SecurityGroup {
    /// The ports that its rules open to anyone, or to loopback addresses: those are where a machine's clients come from.
    package var openPorts: OpenPorts { [self].openPorts }
}

extension [SecurityGroup] {
    /// Of a machine that is in all of them.
    package var openPorts: OpenPorts {
        let rules = flatMap { $0.rules(isEgress: false) }.filter { $0.peer.block?.overlaps(.loopback) ?? false }
        func ranges(_ name: String) -> [ClosedRange<Int>] {
            rules.compactMap { rule in
                if rule.traffic.protocol == "-1" { return 0...65_535 }
                return rule.traffic.protocol == name ? rule.traffic.from...rule.traffic.to : nil
            }
        }
        return OpenPorts(tcp: ranges("tcp"), udp: ranges("udp"))
    }
}
