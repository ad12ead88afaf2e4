/// What a member of a request may be, as an AWS service model says it. ``JSONConstraints`` holds requests against it.
package indirect enum JSONShape: Sendable {
    case string(length: ClosedRange<Int> = 0...Int.max, pattern: JSONPattern? = nil)
    /// One of a set of texts.
    case choice([String])
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case boolean
    /// Bytes in base64. No error shows them: they may be secret.
    case blob(ClosedRange<Int>)
    case list(JSONShape, count: ClosedRange<Int> = 0...Int.max)
    /// Texts by names of the caller's own.
    case map
    case structure([JSONMember])
}

/// A member of a structure.
package struct JSONMember: Sendable {
    package let name: String
    let shape: JSONShape
    let isRequired: Bool

    package static func required(_ name: String, _ shape: JSONShape) -> JSONMember {
        JSONMember(name: name, shape: shape, isRequired: true)
    }

    package static func optional(_ name: String, _ shape: JSONShape) -> JSONMember {
        JSONMember(name: name, shape: shape, isRequired: false)
    }
}

/// What a text must be like, with the regular expression that says so in the service model.
package struct JSONPattern: Sendable {
    let text: String
    let matches: @Sendable (String) -> Bool

    package init(_ text: String, matching matches: @escaping @Sendable (String) -> Bool) {
        self.text = text
        self.matches = matches
    }

    /// A text of so many characters, each of them one that is allowed.
    package init(_ text: String, allowsEmpty: Bool = false, allows: @escaping @Sendable (Unicode.Scalar) -> Bool) {
        self.init(text, matching: { (allowsEmpty || !$0.isEmpty) && $0.unicodeScalars.allSatisfy(allows) })
    }
}
