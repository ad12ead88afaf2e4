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
        guard rawValue.wholeMatch(of: /[a-zA-Z0-9:\/_\-]+/) != nil else { return nil }
        self.rawValue = rawValue
    }

    private init(known text: String) { rawValue = text }

    /// Whether the name is one of those that AWS keeps for the keys that it manages.
    package var isReserved: Bool { rawValue.hasPrefix("alias/aws/") }

    package var description: String { rawValue }

    package static func < (left: AliasName, right: AliasName) -> Bool { left.rawValue < right.rawValue }
}
