import Foundation

/// A value that is one text on the wire.
///
/// A type with a raw `String` value (an enum, an identifier) conforms with an empty extension. Empty text never reaches
/// `init(queryText:)`: it means absent. A value that may be empty is read as ``PossiblyEmpty``.
package protocol QueryScalar: QueryDecodable {
    init?(queryText text: String)

    /// The error for a text that `init(queryText:)` refused; a type with a code of its own says it here.
    static func refusal(of text: String, name: String) -> RequestError
}

extension QueryScalar {
    package static func decode(_ value: QueryValue) throws(RequestError) -> Self {
        guard let text = value.text() else { throw .missing(value.name) }
        guard let decoded = Self(queryText: text) else { throw refusal(of: text, name: value.name) }
        return decoded
    }

    package static func isAbsent(_ value: QueryValue) -> Bool { value.isBlankScalar }

    package static func refusal(of text: String, name: String) -> RequestError {
        .invalid(name, text, "The value is not one of those allowed")
    }
}

extension QueryScalar where Self: RawRepresentable, RawValue == String {
    package init?(queryText text: String) {
        self.init(rawValue: text)
    }
}

extension String: QueryScalar {
    package init?(queryText text: String) {
        self = text
    }
}

extension Int: QueryScalar {
    package init?(queryText text: String) {
        // The wire knows no plus sign before a number.
        guard text.utf8.first != UInt8(ascii: "+") else { return nil }
        self.init(text, radix: 10)
    }

    package static func refusal(of text: String, name: String) -> RequestError {
        .invalid(name, text, "An integer was expected")
    }
}

extension Int64: QueryScalar {
    package init?(queryText text: String) {
        // The wire knows no plus sign before a number.
        guard text.utf8.first != UInt8(ascii: "+") else { return nil }
        self.init(text, radix: 10)
    }

    package static func refusal(of text: String, name: String) -> RequestError {
        .invalid(name, text, "An integer was expected")
    }
}

extension Double: QueryScalar {
    package init?(queryText text: String) {
        guard let value = Double(text), value.isFinite else { return nil }
        self = value
    }

    package static func refusal(of text: String, name: String) -> RequestError {
        .invalid(name, text, "A number was expected")
    }
}

extension Bool: QueryScalar {
    package init?(queryText text: String) {
        switch text {
        case "true", "True", "1": self = true
        case "false", "False", "0": self = false
        default: return nil
        }
    }

    package static func refusal(of text: String, name: String) -> RequestError {
        .invalid(name, text, "Either true or false was expected")
    }
}

extension Date: QueryScalar {
    package init?(queryText text: String) {
        guard let date = Timestamp.parseISO8601(text) else { return nil }
        self = date
    }

    package static func refusal(of text: String, name: String) -> RequestError {
        .invalid(name, text, "A time such as 2026-11-22T19:34:32Z was expected")
    }
}
