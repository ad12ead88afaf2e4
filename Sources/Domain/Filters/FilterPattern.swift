/// A filter value: text in which `*` stands for any characters, `?` for one, and `\` takes one of the three literally.
///
/// Case-sensitive, as EC2's (docs/behaviour/requests.md, "Filters").
package struct FilterPattern: Hashable, Sendable {
    private enum Element: Hashable {
        case character(Character)
        case anyCharacter
        case anyText
    }

    private let elements: [Element]
    /// A backslash with what follows it, where it escapes nothing: a pattern of another language, such as `\d`.
    package let invalidEscape: String?

    package init(_ text: String) {
        var elements: [Element] = []
        var isEscaped = false
        var invalid: String?
        for character in text {
            if isEscaped {
                if !"*?\\".contains(character) { invalid = invalid ?? "\\\(character)" }
                elements.append(.character(character))
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "*" {
                if elements.last != .anyText { elements.append(.anyText) }
            } else {
                elements.append(character == "?" ? .anyCharacter : .character(character))
            }
        }
        if isEscaped { elements.append(.character("\\")) }
        invalidEscape = invalid ?? (isEscaped ? "\\" : nil)
        self.elements = elements
    }

    /// The one text that matches, when the pattern has no wildcard: what a database can look up.
    package var literal: String? {
        var text = ""
        for element in elements {
            guard case .character(let character) = element else { return nil }
            text.append(character)
        }
        return text
    }

    /// Whether the whole text matches. Linear in text times wildcards: after a mismatch only the last `*` is tried again.
    package func matches(_ text: String) -> Bool {
        let characters = Array(text)
        var position = 0
        var element = 0
        var resume: (element: Int, position: Int)?
        while position < characters.count {
            if element < elements.count {
                switch elements[element] {
                case .anyText:
                    resume = (element + 1, position)
                    element += 1
                    continue
                case .anyCharacter:
                    element += 1
                    position += 1
                    continue
                case .character(let expected) where expected == characters[position]:
                    element += 1
                    position += 1
                    continue
                case .character:
                    break
                }
            }
            guard let last = resume else { return false }
            resume = (last.element, last.position + 1)
            element = last.element
            position = last.position + 1
        }
        return elements[element...].allSatisfy { $0 == .anyText }
    }
}
