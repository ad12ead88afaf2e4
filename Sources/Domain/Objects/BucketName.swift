/// The name of an S3 bucket: 3 to 63 lower-case letters, digits, dots and dashes; unique among all accounts and Regions.
///
/// The rules are those of the S3 User Guide, "General purpose buckets naming rules".
package struct BucketName: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    private static let prefixes = ["xn--", "sthree-", "amzn-s3-demo-"]
    private static let suffixes = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"]

    package let rawValue: String

    /// Looks at bytes: each row of a listing has a name.
    package init?(rawValue: String) {
        let bytes = rawValue.utf8
        guard (3...63).contains(bytes.count), let first = bytes.first, let last = bytes.last else { return nil }
        guard Self.isLetterOrDigit(first), Self.isLetterOrDigit(last) else { return nil }
        var (dots, areNumbers, previous) = (0, true, first)
        for byte in bytes {
            let isDot = byte == UInt8(ascii: ".")
            guard isDot || byte == UInt8(ascii: "-") || Self.isLetterOrDigit(byte), !(isDot && previous == byte) else { return nil }
            if isDot { dots += 1 }
            areNumbers = areNumbers && (isDot || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte))
            previous = byte
        }
        // An address is no name.
        guard !(areNumbers && dots == 3) else { return nil }
        guard !Self.prefixes.contains(where: rawValue.hasPrefix), !Self.suffixes.contains(where: rawValue.hasSuffix) else { return nil }
        self.rawValue = rawValue
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    package var description: String { rawValue }

    package static func < (left: BucketName, right: BucketName) -> Bool { left.rawValue < right.rawValue }
}
