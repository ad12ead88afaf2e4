/// Holds a request against the constraints of its service model, all members at once, and says what is wrong in the words of AWS's services.
package struct JSONConstraints {
    /// An answer must not become as large as the request that it complains about.
    private static let violationsMax = 100

    private let tree: JSONTree
    private var violations: [String] = []

    /// - Throws: `constraints` with every violation; `malformed` for a value of another kind, which is no value of the member at all.
    package static func check(_ json: JSONReader, _ members: [JSONMember]) throws(RequestError) {
        var check = JSONConstraints(tree: json.tree)
        try check.structure(members, json.index, path: "")
        guard check.violations.isEmpty else { throw .constraints(check.violations) }
    }

    private init(tree: JSONTree) { self.tree = tree }

    private mutating func structure(_ members: [JSONMember], _ index: Int, path: String) throws(RequestError) {
        guard case .object(let values) = tree.nodes[index].content else { throw wrongKind(index, expected: "a structure") }
        for member in members {
            let path = path.isEmpty ? Self.pathName(member.name) : "\(path).\(Self.pathName(member.name))"
            if let value = values[member.name], !isNull(value) {
                try self.member(member.shape, value, path: path)
            } else if member.isRequired {
                add("Value null", at: path, "Member must not be null")
            }
        }
    }

    private mutating func member(_ shape: JSONShape, _ index: Int, path: String) throws(RequestError) {
        switch shape {
        case .structure(let members): try structure(members, index, path: path)
        case .list(let element, let count): try list(of: element, count, index, path: path)
        case .map:
            guard case .object(let values) = tree.nodes[index].content else { throw wrongKind(index, expected: "a map") }
            for value in values.values { _ = try failures(of: .string(), value) }
        default:
            for failure in try failures(of: shape, index) { add(shown(index, as: shape), at: path, failure) }
        }
    }

    private mutating func list(of element: JSONShape, _ count: ClosedRange<Int>, _ index: Int, path: String) throws(RequestError) {
        guard case .array(let elements) = tree.nodes[index].content else { throw wrongKind(index, expected: "a list") }
        let shown = "Value '[\(elements.prefix(Self.violationsMax).map(text(of:)).joined(separator: ", "))]'"
        for failure in Self.lengthFailures(elements.count, count) { add(shown, at: path, failure) }
        if case .structure(let members) = element {
            for (number, value) in elements.enumerated() { try structure(members, value, path: "\(path).\(number + 1).member") }
            return
        }
        // Of scalars, the list as a whole is told with all that its elements must be.
        var isViolated = false
        for value in elements {
            guard !isNull(value) else {
                isViolated = true
                continue
            }
            if try !failures(of: element, value).isEmpty { isViolated = true }
        }
        guard isViolated else { return }
        add(
            shown,
            at: path,
            "Member must satisfy constraint: [\((element.constraints + ["Member must not be null"]).joined(separator: ", "))]"
        )
    }

    /// Which constraints of a scalar its value breaks.
    private func failures(of shape: JSONShape, _ index: Int) throws(RequestError) -> [String] {
        switch (shape, tree.nodes[index].content) {
        case (.string(let length, let pattern), .string(let text)):
            let failures = Self.lengthFailures(text.unicodeScalars.count, length)
            return failures + (pattern.map { $0.matches(text) ? [] : [JSONShape.patternConstraint($0)] } ?? [])
        case (.choice(let known), .string(let text)):
            return known.contains(text) ? [] : shape.constraints
        case (.integer(let range), .number(let text)):
            guard let number = Int(text) ?? Double(text).flatMap(Int.init(exactly:)) else { throw wrongKind(index, expected: "an Integer") }
            if number > range.upperBound { return ["Member must have value less than or equal to \(range.upperBound)"] }
            return number < range.lowerBound ? ["Member must have value greater than or equal to \(range.lowerBound)"] : []
        case (.number(let range), .number(let text)):
            guard let number = Double(text), number.isFinite else { throw wrongKind(index, expected: "a Double") }
            if number > range.upperBound { return ["Member must have value less than or equal to \(range.upperBound)"] }
            return number < range.lowerBound ? ["Member must have value greater than or equal to \(range.lowerBound)"] : []
        case (.blob(let length), .string(let text)):
            guard let count = Self.base64Count(text) else { throw .malformed("\(tree.name(of: index)) is not base64") }
            return Self.lengthFailures(count, length)
        case (.boolean, .bool): return []
        default: throw wrongKind(index, expected: shape.kind)
        }
    }

    private static func lengthFailures(_ length: Int, _ allowed: ClosedRange<Int>) -> [String] {
        if length > allowed.upperBound { return ["Member must have length less than or equal to \(allowed.upperBound)"] }
        return length < allowed.lowerBound ? ["Member must have length greater than or equal to \(allowed.lowerBound)"] : []
    }

    private mutating func add(_ value: String, at path: String, _ constraint: String) {
        guard violations.count < Self.violationsMax else { return }
        violations.append("\(value) at '\(path)' failed to satisfy constraint: \(constraint)")
    }

    private func isNull(_ index: Int) -> Bool {
        if case .null = tree.nodes[index].content { true } else { false }
    }

    private func shown(_ index: Int, as shape: JSONShape) -> String {
        if case .blob = shape { "Value" } else { "Value '\(text(of: index))'" }
    }

    private func text(of index: Int) -> String {
        switch tree.nodes[index].content {
        case .string(let text), .number(let text): RequestError.excerpt(text)
        case .bool(let value): String(value)
        case .null: ""
        case .array, .object: "…"
        }
    }

    /// `KeyId` as errors name it: `keyId`.
    private static func pathName(_ name: String) -> String { name.prefix(1).lowercased() + name.dropFirst() }

    private func wrongKind(_ index: Int, expected: String) -> RequestError {
        let found =
            switch tree.nodes[index].content {
            case .null: "null"
            case .bool(let value): value ? "TRUE_VALUE" : "FALSE_VALUE"
            case .number: "NUMBER_VALUE"
            case .string: "STRING_VALUE"
            case .array: "a list"
            case .object: "a structure or map"
            }
        return .malformed("\(tree.name(of: index)): \(found) can not be converted to \(expected)")
    }

    /// How many bytes a text in base64 stands for; nil for what is none. The bytes themselves, which may be secret, are not made.
    private static func base64Count(_ text: String) -> Int? {
        let digits = text.utf8
        guard digits.count.isMultiple(of: 4) else { return nil }
        let padding = digits.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        let isWhole = digits.dropLast(padding).allSatisfy { digit in
            switch digit {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: digit == UInt8(ascii: "+") || digit == UInt8(ascii: "/")
            }
        }
        return isWhole ? digits.count / 4 * 3 - padding : nil
    }
}

extension JSONShape {
    /// All that a scalar of this shape must be.
    fileprivate var constraints: [String] {
        switch self {
        case .string(let length, let pattern):
            (length.upperBound < .max ? ["Member must have length less than or equal to \(length.upperBound)"] : [])
                + (length.lowerBound > 0 ? ["Member must have length greater than or equal to \(length.lowerBound)"] : [])
                + (pattern.map { [Self.patternConstraint($0)] } ?? [])
        case .choice(let known): ["Member must satisfy enum value set: [\(known.joined(separator: ", "))]"]
        default: []
        }
    }

    fileprivate static func patternConstraint(_ pattern: JSONPattern) -> String {
        "Member must satisfy regular expression pattern: \(pattern.text)"
    }

    fileprivate var kind: String {
        switch self {
        case .string, .choice: "a String"
        case .integer: "an Integer"
        case .number: "a Double"
        case .boolean: "a Boolean"
        case .blob: "a Blob"
        case .list: "a list"
        case .map: "a map"
        case .structure: "a structure"
        }
    }
}
