import Foundation

/// A value that is one text in an answer; a type with a raw `String` value conforms with an empty extension.
package protocol XMLScalar {
    /// Not yet escaped.
    var xmlText: String { get }
}

extension XMLScalar where Self: RawRepresentable, RawValue == String {
    package var xmlText: String { rawValue }
}

extension String: XMLScalar {
    package var xmlText: String { self }
}

extension Int: XMLScalar {
    package var xmlText: String { String(self) }
}

extension Int64: XMLScalar {
    package var xmlText: String { String(self) }
}

extension Double: XMLScalar {
    package var xmlText: String { String(self) }
}

extension Bool: XMLScalar {
    package var xmlText: String { self ? "true" : "false" }
}

/// `2026-11-22T19:34:32.000Z`.
extension Date: XMLScalar {
    package var xmlText: String { Timestamp.iso8601(self) }
}
