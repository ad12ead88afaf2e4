/// The name of a Region, as `eu-west-1`: lower-case letters, digits and dashes, 3 to 32 characters.
package struct Region: RawRepresentable, Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let rawValue: String

    package init?(rawValue: String) {
        let bytes = rawValue.utf8
        guard (3...32).contains(bytes.count), let first = bytes.first, (0x61...0x7a).contains(first), bytes.last != 0x2d else { return nil }
        guard bytes.allSatisfy({ (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d }) else { return nil }
        self.rawValue = rawValue
    }

    package var description: String { rawValue }

    /// The partition that the name belongs to, as AWS names its own.
    package var partition: String {
        if rawValue.hasPrefix("cn-") { return "aws-cn" }
        if rawValue.hasPrefix("us-gov-") { return "aws-us-gov" }
        return "aws"
    }

    /// The names of the Region's Availability Zones.
    package var zoneNames: [String] { ["a", "b", "c"].map { rawValue + $0 } }

    package static func < (left: Region, right: Region) -> Bool { left.rawValue < right.rawValue }
}
