/// The name of an alias with its prefix, as `alias/backup`: at most 256 of letters, digits, `/`, `_`, `-` and `:`.
package struct AliasName: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package static let prefix = "alias/"
    /// The default key of EBS, which Ferry manages.
    package static let ebs = AliasName(known: "alias/aws/ebs")
    /// The default key of S3, which Ferry manages.
    package static let s3 = AliasName(known: "alias/aws/s3")

    package let rawValue: String

    package init?(rawValue: String) {
        guard rawValue.hasPrefix(Self.prefix), (Self.prefix.utf8.count + 1...256).contains(rawValue.utf8.count) else { return nil }
        guard rawValue.utf8.allSatisfy(Self.isAllowed) else { return nil }
        self.rawValue = rawValue
    }

    /// By bytes: a pattern would be read anew for each name of a listing.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    private init(known text: String) { rawValue = text }

    /// Whether the name is one of those that AWS keeps for the keys that it manages.
    package var isReserved: Bool { rawValue.hasPrefix("alias/aws/") }

    package var description: String { rawValue }

    package static func < (left: AliasName, right: AliasName) -> Bool { left.rawValue < right.rawValue }
}
