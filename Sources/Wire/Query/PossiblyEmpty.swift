/// A text that may be empty on purpose, as the value of a tag or of a filter: only a parameter that was not sent is absent.
package struct PossiblyEmpty: Hashable, Sendable, QueryDecodable {
    package var text: String

    package init(_ text: String) {
        self.text = text
    }

    package static func decode(_ value: QueryValue) throws(RequestError) -> PossiblyEmpty {
        guard let text = value.rawText() else { throw .missing(value.name) }
        return PossiblyEmpty(text)
    }

    package static func isAbsent(_ value: QueryValue) -> Bool {
        !value.isPresent || value.hasMembers
    }
}
