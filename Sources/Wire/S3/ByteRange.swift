/// The `Range` header of a GET or HEAD, as S3 reads it.
package enum ByteRange: Sendable, Hashable {
    /// `a-b`: from and to, inclusive.
    case closed(Int64, Int64)
    /// `a-`: from.
    case from(Int64)
    /// `-n`: the last so many.
    case last(Int64)

    /// Nil for what S3 ignores, and answers with the whole object: another unit, several ranges, an end before the start.
    package init?(header: String) {
        let unit = "bytes="
        guard header.lowercased().hasPrefix(unit) else { return nil }
        let parts = header.dropFirst(unit.utf8.count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        switch (Self.number(parts[0]), Self.number(parts[1])) {
        case (let first?, let last?) where first <= last: self = .closed(first.value, last.value)
        case (let first?, nil) where parts[1].isEmpty: self = .from(first.value)
        case (nil, let count?) where parts[0].isEmpty: self = .last(count.value)
        default: return nil
        }
    }

    /// The bytes of an object of `length`, not empty; nil when there are none: 416 `InvalidRange`.
    package func resolve(length: Int64) -> Range<Int64>? {
        switch self {
        case .closed(let first, let last):
            first < length ? first..<min(last, length - 1) + 1 : nil
        case .from(let first):
            first < length ? first..<length : nil
        case .last(let count):
            count > 0 && length > 0 ? max(0, length - count)..<length : nil
        }
    }

    /// `bytes 0-9/100`: the `Content-Range` of an answer.
    package static func contentRange(_ range: Range<Int64>, of length: Int64) -> String {
        "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(length)"
    }

    /// `x-amz-copy-source-range`, which must have both ends and lie within the source.
    package static func copySource(_ header: String, length: Int64) throws(S3Error) -> Range<Int64> {
        let rule =
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the "
            + "first and last bytes to copy"
        guard case .closed(let first, let last) = ByteRange(header: header) else {
            throw .invalidArgument("x-amz-copy-source-range", header, rule)
        }
        guard first < length else { throw S3Error(.invalidRequest, "The specified copy range is invalid for the source object size") }
        guard last < length else {
            throw .invalidArgument("x-amz-copy-source-range", header, "Range specified is not valid for source object of size: \(length)")
        }
        return first..<last + 1
    }

    private static func number(_ digits: Substring) -> Number? {
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Number(digits: digits.drop { $0 == "0" })
    }
}

/// A number of any length: clients write the largest that they know for an end that they do not know.
private struct Number: Comparable {
    /// Without zeros in front.
    let digits: Substring

    /// No object comes near the largest.
    var value: Int64 { digits.isEmpty ? 0 : Int64(digits) ?? .max }

    static func < (left: Number, right: Number) -> Bool {
        left.digits.utf8.count == right.digits.utf8.count ? left.digits < right.digits : left.digits.utf8.count < right.digits.utf8.count
    }
}
