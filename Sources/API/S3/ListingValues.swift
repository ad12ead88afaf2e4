import Foundation
import Services
import Wire

/// The place of a page behind a key or a name, opaque, so that nobody takes it for one.
enum ContinuationToken {
    static func sealed(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    static func opened(_ token: String) throws -> String {
        // No page ends with an empty text.
        guard !token.isEmpty, let data = Data(base64Encoded: token), let text = String(data: data, encoding: .utf8) else {
            throw S3Error.invalidArgument("continuation-token", token, "The continuation token provided is incorrect")
        }
        return text
    }
}

extension XMLWriter {
    /// In whole seconds, which is all that `Last-Modified` can tell: what compares the two finds them equal.
    mutating func time(_ name: String, _ time: Date) {
        element(name, Date(timeIntervalSince1970: time.timeIntervalSince1970.rounded(.down)))
    }

    mutating func commonPrefixes(_ prefixes: [String]) {
        for prefix in prefixes { element("CommonPrefixes") { $0.element("Prefix", prefix) } }
    }
}
