import Foundation

/// `If-Match` and its siblings, of a read or of the source of a copy.
package struct ObjectConditions: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        case proceed
        /// 304, for GET and HEAD.
        case notModified
        /// 412.
        case preconditionFailed
    }

    package var ifMatch: String?
    package var ifNoneMatch: String?
    package var ifModifiedSince: Date?
    package var ifUnmodifiedSince: Date?

    package var isEmpty: Bool { self == ObjectConditions() }

    package init() {}

    /// - Parameters:
    ///   - prefix: `x-amz-copy-source-` for the source of a copy.
    ///   - now: since a date that is still to come nothing can have changed: `If-Modified-Since` with one is ignored.
    ///   - value: the value of a header by its lower-case name. A date that cannot be read is ignored, as RFC 9110 has it.
    package init(prefix: String = "", now: Date, _ value: (String) -> String?) {
        ifMatch = value("\(prefix)if-match")
        ifNoneMatch = value("\(prefix)if-none-match")
        ifModifiedSince = value("\(prefix)if-modified-since").flatMap { HTTPDate.parse($0, now: now) }.flatMap { $0 <= now ? $0 : nil }
        ifUnmodifiedSince = value("\(prefix)if-unmodified-since").flatMap { HTTPDate.parse($0, now: now) }
    }

    /// In the order of RFC 9110, section 13.2.2: a tag outweighs the date beside it.
    ///
    /// A copy answers ``Outcome/notModified`` with 412 as well.
    package func evaluate(tag: EntityTag, lastModified: Date) -> Outcome {
        // HTTP dates have whole seconds.
        let modified = lastModified.timeIntervalSince1970.rounded(.down)
        if let ifMatch {
            guard Self.matches(ifMatch, tag) else { return .preconditionFailed }
        } else if let ifUnmodifiedSince, modified > ifUnmodifiedSince.timeIntervalSince1970 {
            return .preconditionFailed
        }
        if let ifNoneMatch {
            guard !Self.matches(ifNoneMatch, tag) else { return .notModified }
        } else if let ifModifiedSince, modified <= ifModifiedSince.timeIntervalSince1970 {
            return .notModified
        }
        return .proceed
    }

    /// The header that an outcome is owed to; nil when all hold.
    package func cause(of outcome: Outcome) -> String? {
        switch outcome {
        case .proceed: nil
        case .preconditionFailed: ifMatch == nil ? "If-Unmodified-Since" : "If-Match"
        case .notModified: ifNoneMatch == nil ? "If-Modified-Since" : "If-None-Match"
        }
    }

    /// `*`, a tag or a list of tags. S3 takes tags without quotation marks; a weak tag compares as the strong one.
    private static func matches(_ header: String, _ tag: EntityTag) -> Bool {
        header.split(separator: ",").contains { item in
            var text = item.drop { $0 == " " || $0 == "\t" }
            while text.last == " " || text.last == "\t" { text.removeLast() }
            if text.hasPrefix("W/") { text = text.dropFirst(2) }
            return text == "*" || EntityTag(text: String(text)) == tag
        }
    }
}
