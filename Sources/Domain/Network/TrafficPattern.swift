/// What a rule of a security group lets through: a protocol with its ports, or with its types and codes
/// (docs/behaviour/network.md, "Rules").
package struct TrafficPattern: Hashable, Sendable {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, the number of another protocol, or `-1` for all.
    package let `protocol`: String
    /// The first port, or the type; -1 for all.
    package let from: Int
    /// The last port, or the code; -1 for all.
    package let to: Int

    package static let everything = TrafficPattern(protocol: "-1", from: -1, to: -1)

    /// One that was checked before.
    package init(protocol name: String, from: Int, to: Int) {
        self.protocol = name
        self.from = from
        self.to = to
    }

    /// - Throws: `Fault` `InvalidParameterValue` for what EC2 does not take.
    package init(asked name: String, from: Int?, to: Int?) throws {
        let name = try Self.canonical(name)
        switch name {
        case "tcp", "udp": try Self.checkPorts(from, to)
        case "icmp", "icmpv6": try Self.checkType(from ?? -1, code: to ?? -1, name)
        default: break
        }
        let isWhole = !Self.withPorts.contains(name)
        self.init(protocol: name, from: isWhole ? -1 : from ?? -1, to: isWhole ? -1 : to ?? -1)
    }

    private static let withPorts: Set<String> = ["tcp", "udp", "icmp", "icmpv6"]
    private static let names = ["1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"]

    /// Whether the ports are part of what it says: other protocols have none.
    package var hasPorts: Bool { Self.withPorts.contains(self.protocol) }

    private static func canonical(_ text: String) throws -> String {
        let name = text.lowercased()
        if let known = names[name] { return known }
        if name == "-1" || withPorts.contains(name) { return name }
        guard let number = UInt8(name), String(number) == name else {
            throw Fault(.invalidParameterValue, "Invalid value '\(text.prefix(64))' for IP protocol. Unknown protocol.")
        }
        return name
    }

    private static func checkPorts(_ from: Int?, _ to: Int?) throws {
        guard let from, let to, from != -1, to != -1 else {
            let range = [from, to].map { $0.map(String.init) ?? "null" }.joined(separator: "-")
            throw Fault(
                .invalidParameterValue,
                "Invalid value '\(range)' for portRange. Must specify both from and to ports with TCP/UDP."
            )
        }
        for (name, port) in [("from", from), ("to", to)] where !(0...65_535).contains(port) {
            throw Fault(.invalidParameterValue, "TCP/UDP (\(name)) port (\(port)) out of range")
        }
        guard from <= to else { throw Fault(.invalidParameterValue, "Invalid TCP/UDP port range (\(from):\(to))") }
    }

    private static func checkType(_ type: Int, code: Int, _ name: String) throws {
        guard (-1...255).contains(type), (-1...255).contains(code), type != -1 || code == -1 else {
            throw Fault(.invalidParameterValue, "Invalid value for \(name.uppercased()) type/code: \(type)/\(code)")
        }
    }
}
