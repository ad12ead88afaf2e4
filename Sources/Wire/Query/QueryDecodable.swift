/// A type that can be read from a request parameter.
///
/// Conform through ``QueryScalar`` (one text) or ``QueryStructure`` (members); lists and optionals of such types follow.
package protocol QueryDecodable {
    static func decode(_ value: QueryValue) throws(RequestError) -> Self

    /// Whether an optional of this type is nil for this value.
    static func isAbsent(_ value: QueryValue) -> Bool
}

/// A structure: members under a common name, such as `Placement.AvailabilityZone`.
package protocol QueryStructure: QueryDecodable {
    init(from query: QueryReader) throws(RequestError)
}

extension QueryStructure {
    package static func decode(_ value: QueryValue) throws(RequestError) -> Self {
        guard let reader = try value.reader() else { throw .missing(value.name) }
        return try Self(from: reader)
    }

    package static func isAbsent(_ value: QueryValue) -> Bool { value.isBlank }
}

extension Optional: QueryDecodable where Wrapped: QueryDecodable {
    package static func decode(_ value: QueryValue) throws(RequestError) -> Wrapped? {
        guard !Wrapped.isAbsent(value) else {
            value.markBlanksRead()
            return nil
        }
        return try Wrapped.decode(value)
    }

    package static func isAbsent(_ value: QueryValue) -> Bool { Wrapped.isAbsent(value) }
}

/// A list; absent is empty. An element that was sent is required: an empty one is a missing parameter.
extension Array: QueryDecodable where Element: QueryDecodable {
    package static func decode(_ value: QueryValue) throws(RequestError) -> [Element] {
        var list: [Element] = []
        for element in try value.elements() {
            list.append(try Element.decode(element))
        }
        return list
    }

    package static func isAbsent(_ value: QueryValue) -> Bool { value.isBlankScalar && !value.hasMembers }
}
