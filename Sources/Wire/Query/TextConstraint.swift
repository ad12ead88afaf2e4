/// What a service model allows of a text: its length, and what it is made of.
package struct TextConstraint: Sendable {
    let length: ClosedRange<Int>
    let pattern: String?
    private let matches: @Sendable (String) -> Bool

    package init(_ length: ClosedRange<Int>) {
        self.length = length
        pattern = nil
        matches = { _ in true }
    }

    /// - Parameters:
    ///   - pattern: as the model and errors have it.
    ///   - matches: whether a text is so.
    package init(_ length: ClosedRange<Int>, _ pattern: String, matches: @escaping @Sendable (String) -> Bool) {
        self.length = length
        self.pattern = pattern
        self.matches = matches
    }

    /// - Parameter allows: whether a text may have a character.
    package init(_ length: ClosedRange<Int>, _ pattern: String, of allows: @escaping @Sendable (Unicode.Scalar) -> Bool) {
        self.init(length, pattern) { $0.unicodeScalars.allSatisfy(allows) }
    }

    package func allows(_ text: String) -> Bool { failures(of: text).isEmpty }

    /// What of the constraint a text breaks, in the words of AWS's services.
    func failures(of text: String) -> [String] {
        let count = text.unicodeScalars.count
        var failures: [String] = []
        if count > length.upperBound { failures.append("Member must have length less than or equal to \(length.upperBound)") }
        if count < length.lowerBound { failures.append("Member must have length greater than or equal to \(length.lowerBound)") }
        if let pattern, !matches(text) { failures.append("Member must satisfy regular expression pattern: \(pattern)") }
        return failures
    }
}

extension QueryReader {
    /// A text that must be there, and be as the service model says.
    package func text(_ name: String, _ constraint: TextConstraint) throws(RequestError) -> String {
        let text: String = try self[name]
        return try checked(text, name, constraint)
    }

    /// A text that may be absent or empty.
    package func optionalText(_ name: String, _ constraint: TextConstraint) throws(RequestError) -> String? {
        guard let text: String = try self[name] else { return nil }
        return try checked(text, name, constraint)
    }

    /// A text that may be empty on purpose; nil when it is absent.
    package func possiblyEmptyText(_ name: String, _ constraint: TextConstraint) throws(RequestError) -> String? {
        guard let value: PossiblyEmpty = try self[name] else { return nil }
        return try checked(value.text, name, constraint)
    }

    /// A list of so many texts, in `Name.member.N`.
    package func texts(_ name: String, _ constraint: TextConstraint, count: ClosedRange<Int>) throws(RequestError) -> [String] {
        let texts: [String] = try self["\(name).member"]
        try check(count: texts.count, count, name)
        for text in texts { _ = try checked(text, name, constraint) }
        return texts
    }

    /// A whole number in bounds; nil when it is absent.
    package func optionalInteger(_ name: String, _ range: ClosedRange<Int>) throws(RequestError) -> Int? {
        guard let number: Int = try self[name] else { return nil }
        guard number <= range.upperBound else {
            throw refusal("\(number)", name, "Member must have value less than or equal to \(range.upperBound)")
        }
        guard number >= range.lowerBound else {
            throw refusal("\(number)", name, "Member must have value greater than or equal to \(range.lowerBound)")
        }
        return number
    }

    /// A text of a fixed set.
    package func choice<Value: RawRepresentable<String> & CaseIterable>(_ name: String, _: Value.Type = Value.self) throws(RequestError)
        -> Value
    {
        let text: String = try self[name]
        guard let value = Value(rawValue: text) else {
            let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw refusal(text, name, "Member must satisfy enum value set: [\(known)]")
        }
        return value
    }

    /// The same; nil when it is absent.
    package func optionalChoice<Value: RawRepresentable<String> & CaseIterable>(_ name: String, _ type: Value.Type = Value.self)
        throws(RequestError) -> Value?
    {
        guard contains(name), let _: String = try self[name] else { return nil }
        return try choice(name, type)
    }

    /// Holds how many elements a list has against its bounds.
    package func check(count: Int, _ bounds: ClosedRange<Int>, _ name: String) throws(RequestError) {
        let list = "a list of \(count)"
        guard count <= bounds.upperBound else {
            throw refusal(list, name, "Member must have length less than or equal to \(bounds.upperBound)")
        }
        guard count >= bounds.lowerBound else {
            throw refusal(list, name, "Member must have length greater than or equal to \(bounds.lowerBound)")
        }
    }

    private func checked(_ text: String, _ name: String, _ constraint: TextConstraint) throws(RequestError) -> String {
        guard let failure = constraint.failures(of: text).first else { return text }
        throw refusal(text, name, failure)
    }

    private func refusal(_ text: String, _ name: String, _ failure: String) -> RequestError {
        .constraints([
            "Value '\(RequestError.excerpt(text))' at '\(RequestError.memberName(name))' failed to satisfy constraint: \(failure)"
        ])
    }
}

extension RequestError {
    /// `UserName` as the errors of AWS's services name it: `userName`.
    package static func memberName(_ name: String) -> String { name.prefix(1).lowercased() + name.dropFirst() }
}
