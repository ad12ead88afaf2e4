/// A text of a policy that what a request brings is held against: with wildcards, and with variables that the request fills in.
struct PolicyTemplate: Hashable, Sendable {
    private enum Element: Hashable, Sendable {
        case symbol(PolicyPattern.Symbol)
        case variable(PolicyVariable)
    }

    /// Without variables, which most texts are.
    private let fixed: PolicyPattern?
    /// Empty for what is fixed.
    private let elements: [Element]
    let ignoresCase: Bool
    /// The keys of its variables, as they are written.
    let keys: Set<String>

    /// - Parameters:
    ///   - reach: nil for a text in which wildcards are characters like any other.
    ///   - hasVariables: from version 2012-10-17 of the language on.
    init(_ text: String, reach: PolicyPattern.Reach?, hasVariables: Bool, ignoresCase: Bool = false) {
        self.ignoresCase = ignoresCase
        let read = Self.read(ignoresCase ? text.lowercased() : text, wildcards: reach != nil, hasVariables: hasVariables)
        // A policy that names every ARN names it by a star alone.
        let isStar = read == [.symbol(PolicyPattern.anyText)]
        let elements = isStar ? read : Self.narrowed(read, to: reach ?? .text)
        keys = Set(elements.compactMap { if case .variable(let variable) = $0 { variable.name } else { nil } })
        fixed = keys.isEmpty ? PolicyPattern(elements.compactMap { if case .symbol(let symbol) = $0 { symbol } else { nil } }) : nil
        self.elements = keys.isEmpty ? [] : elements
    }

    private static func read(_ text: String, wildcards: Bool, hasVariables: Bool) -> [Element] {
        let bytes = Array(text.utf8)
        var elements: [Element] = []
        var place = 0
        while place < bytes.count {
            if hasVariables, let (element, end) = variable(in: bytes, at: place) {
                elements.append(element)
                place = end
                continue
            }
            switch bytes[place] {
            case UInt8(ascii: "*") where wildcards: elements.append(.symbol(PolicyPattern.anyText))
            case UInt8(ascii: "?") where wildcards: elements.append(.symbol(PolicyPattern.anyCharacter))
            case let byte: elements.append(.symbol(PolicyPattern.Symbol(byte)))
            }
            place += 1
        }
        return elements
    }

    /// What stands in `${…}`, a variable or a character that is no wildcard there, and where it ends.
    private static func variable(in bytes: [UInt8], at place: Int) -> (Element, end: Int)? {
        guard bytes[place...].starts(with: "${".utf8), let end = bytes[place...].firstIndex(of: UInt8(ascii: "}")) else { return nil }
        let inner = bytes[(place + 2)..<end]
        let element: Element
        if inner.count == 1, let only = inner.first, "*?$".utf8.contains(only) {
            element = .symbol(PolicyPattern.Symbol(only))
        } else {
            element = .variable(PolicyVariable(String(decoding: inner, as: UTF8.self)))
        }
        return (element, end + 1)
    }

    private static func narrowed(_ elements: [Element], to reach: PolicyPattern.Reach) -> [Element] {
        let symbols: [PolicyPattern.Symbol?] = elements.map { if case .symbol(let symbol) = $0 { symbol } else { nil } }
        return zip(elements, PolicyPattern.narrowed(symbols, to: reach)).map { element, symbol in symbol.map(Element.symbol) ?? element }
    }

    /// Whether it stands for any text whatever.
    var isEverything: Bool { fixed?.isEverything ?? false }

    /// Whether a text is what it says for a request. One whose variables have no value says nothing.
    func matches(_ text: ArraySlice<UInt8>, in context: ConditionContext) -> Bool {
        if let fixed { return fixed.isEverything || fixed.matches(text) }
        return filled(in: context, upTo: text.count)?.matches(text) ?? false
    }

    /// Whether all of its variables have a value.
    func hasValue(in context: ConditionContext) -> Bool {
        elements.allSatisfy { if case .variable(let variable) = $0 { variable.value(in: context) != nil } else { true } }
    }

    /// - Parameter bytesMax: of a text; what has more characters of its own matches none of these, and is not made.
    private func filled(in context: ConditionContext, upTo bytesMax: Int) -> PolicyPattern? {
        // Stars stand for nothing, too.
        let symbolsMax = bytesMax + elements.count
        var symbols: [PolicyPattern.Symbol] = []
        for element in elements {
            switch element {
            case .symbol(let symbol): symbols.append(symbol)
            case .variable(let variable):
                guard var value = variable.value(in: context) else { return nil }
                if ignoresCase { value = value.lowercased() }
                guard symbols.count + value.utf8.count <= symbolsMax else { return nil }
                // A star in a value is a star, and no wildcard.
                symbols += value.utf8.map(PolicyPattern.Symbol.init)
            }
        }
        return PolicyPattern(symbols)
    }
}

/// What stands in a policy for a value of the request: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`.
struct PolicyVariable: Hashable, Sendable {
    /// As it is written.
    let name: String
    /// In small letters.
    private let key: String
    private let standard: String?

    /// Reads what stands between the braces.
    init(_ text: String) {
        let parts = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        name = String(Self.trimmed(parts[0]))
        key = name.lowercased()
        let quoted = parts.count > 1 ? Self.trimmed(parts[1]) : ""
        let isQuoted = quoted.count > 1 && quoted.hasPrefix("'") && quoted.hasSuffix("'")
        standard = isQuoted ? String(quoted.dropFirst().dropLast()) : nil
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }

    /// Keys with several values are no variables.
    func value(in context: ConditionContext) -> String? {
        guard let values = context[key] else { return standard }
        return values.count == 1 ? values[0] : nil
    }
}
