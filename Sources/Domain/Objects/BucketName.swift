/// The name of an S3 bucket: 3 to 63 lower-case letters, digits, dots and dashes; unique among all accounts and Regions.
///
/// The rules are those of the S3 User Guide, "General purpose buckets naming rules".
package struct BucketName: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package init?(rawValue: String) {
        guard rawValue.wholeMatch(of: /[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]/) != nil else { return nil }
        guard !rawValue.contains(".."), rawValue.wholeMatch(of: /[0-9]+(\.[0-9]+){3}/) == nil else { return nil }
        guard !["xn--", "sthree-", "amzn-s3-demo-"].contains(where: rawValue.hasPrefix) else { return nil }
        guard !["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].contains(where: rawValue.hasSuffix) else { return nil }
        self.rawValue = rawValue
    }

    package var description: String { rawValue }

    package static func < (left: BucketName, right: BucketName) -> Bool { left.rawValue < right.rawValue }
}
