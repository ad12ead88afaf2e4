import Foundation

/// A type that can be read from a member of a JSON body; null is absent.
package protocol JSONDecodable {
    static func decode(_ value: JSONValue) throws(RequestError) -> Self
}

/// A JSON object.
package protocol JSONStructure: JSONDecodable {
    init(from json: JSONReader) throws(RequestError)
}

extension JSONStructure {
    package static func decode(_ value: JSONValue) throws(RequestError) -> Self {
        try Self(from: try value.reader())
    }
}

/// A value that is one string in JSON; a type with a raw `String` value conforms with an empty extension.
package protocol JSONText: JSONDecodable {
    init?(jsonText text: String)
}

extension JSONText {
    package static func decode(_ value: JSONValue) throws(RequestError) -> Self {
        let text = try value.string()
        guard let decoded = Self(jsonText: text) else {
            throw .invalid(value.name, text, "The value is not one of those allowed")
        }
        return decoded
    }
}

extension JSONText where Self: RawRepresentable, RawValue == String {
    package init?(jsonText text: String) {
        self.init(rawValue: text)
    }
}

extension String: JSONText {
    package init?(jsonText text: String) {
        self = text
    }
}

extension Int: JSONDecodable {
    package static func decode(_ value: JSONValue) throws(RequestError) -> Int {
        let text = try value.number()
        // Some encoders write a whole number as 1.0 or 1e3.
        guard let integer = Int(text) ?? Double(text).flatMap(Int.init(exactly:)) else {
            throw .invalid(value.name, text, "An integer was expected")
        }
        return integer
    }
}

extension Int64: JSONDecodable {
    package static func decode(_ value: JSONValue) throws(RequestError) -> Int64 {
        Int64(try Int.decode(value))
    }
}

extension Double: JSONDecodable {
    package static func decode(_ value: JSONValue) throws(RequestError) -> Double {
        let text = try value.number()
        guard let number = Double(text), number.isFinite else { throw .invalid(value.name, text, "A number was expected") }
        return number
    }
}

extension Bool: JSONDecodable {
    package static func decode(_ value: JSONValue) throws(RequestError) -> Bool {
        try value.bool()
    }
}

/// Seconds since 1970 as a number, with decimals.
extension Date: JSONDecodable {
    package static func decode(_ value: JSONValue) throws(RequestError) -> Date {
        Date(timeIntervalSince1970: try Double.decode(value))
    }
}

extension Optional: JSONDecodable where Wrapped: JSONDecodable {
    package static func decode(_ value: JSONValue) throws(RequestError) -> Wrapped? {
        guard !value.isNull else {
            value.markRead()
            return nil
        }
        return try Wrapped.decode(value)
    }
}

/// A list; absent is empty.
extension Array: JSONDecodable where Element: JSONDecodable {
    package static func decode(_ value: JSONValue) throws(RequestError) -> [Element] {
        guard !value.isNull else {
            value.markRead()
            return []
        }
        var list: [Element] = []
        for element in try value.elements() {
            list.append(try Element.decode(element))
        }
        return list
    }
}
