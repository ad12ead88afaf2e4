/// The id of a part of the default network, as `vpc-0123456789abcdef0` or `subnet-0123456789abcdef0`.
package struct NetworkPartID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The value is the name of the kind in DescribeTags and TagSpecification.
    package enum Kind: String, Sendable, CaseIterable {
        case vpc
        case subnet
        case routeTable = "route-table"
        case internetGateway = "internet-gateway"
        case networkACL = "network-acl"
        case dhcpOptions = "dhcp-options"

        package var prefix: String {
            switch self {
            case .vpc: "vpc"
            case .subnet: "subnet"
            case .routeTable: "rtb"
            case .internetGateway: "igw"
            case .networkACL: "acl"
            case .dhcpOptions: "dopt"
            }
        }
    }

    package let rawValue: String
    package let kind: Kind

    package init?(rawValue: String) {
        let prefix = rawValue.prefix { $0 != "-" }
        guard let kind = Kind.allCases.first(where: { $0.prefix == prefix }), kind.isWellFormed(rawValue) else { return nil }
        self.rawValue = rawValue
        self.kind = kind
    }

    /// The same for a kind and a name each time.
    init(_ kind: Kind, naming name: String) {
        rawValue = DerivedID.text(prefix: kind.prefix, naming: name)
        self.kind = kind
    }

    package var description: String { rawValue }

    package static func < (left: NetworkPartID, right: NetworkPartID) -> Bool { left.rawValue < right.rawValue }
}

extension NetworkPartID.Kind {
    fileprivate func isWellFormed(_ text: String) -> Bool {
        let digits = text.utf8.dropFirst(prefix.utf8.count + 1)
        return (digits.count == 17 || digits.count == 8) && digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}

/// Ids of what has no rows of its own until somebody looks: they follow from a name, on every server and each time.
enum DerivedID {
    static func text(prefix: String, naming name: String) -> String {
        // Ids need only differ: nobody is kept from guessing them.
        let hash = FNV1a.hash("\(prefix)/\(name)".utf8)
        let digits = String(hash, radix: 16)
        return "\(prefix)-0\(String(repeating: "0", count: 16 - digits.count))\(digits)"
    }
}
