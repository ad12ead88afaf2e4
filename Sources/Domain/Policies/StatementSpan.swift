/// Where a statement stands in the text of its policy: lines and columns, counted from 1.
package struct StatementSpan: Hashable, Sendable {
    package struct Place: Hashable, Comparable, Sendable {
        package var line = 1
        package var column = 1

        package init() {}

        package static func < (left: Place, right: Place) -> Bool { (left.line, left.column) < (right.line, right.column) }
    }

    package let start: Place
    /// Behind its last character.
    package let end: Place

    /// Those of a document that has been found to be a policy, in their order.
    package static func all(in document: String) -> [StatementSpan] {
        var scanner = StatementScanner()
        for character in document.unicodeScalars { scanner.take(character) }
        return scanner.spans
    }
}

/// Walks over the JSON of a policy, of which it need know no more than objects, texts and the name before a value.
private struct StatementScanner {
    private(set) var spans: [StatementSpan] = []
    private var place = StatementSpan.Place()
    /// What is open, each `{` or `[`.
    private var open: [Unicode.Scalar] = []
    private var start = StatementSpan.Place()
    private var text: String?
    private var isEscaped = false
    /// The name of the member of the policy that is being read.
    private var member = ""
    private var lastText = ""

    mutating func take(_ character: Unicode.Scalar) {
        let here = place
        if character == "\n" {
            place.line += 1
            place.column = 1
        } else {
            place.column += 1
        }
        if text != nil { return takeText(character) }
        switch character {
        case "\"": text = ""
        case ":" where open.count == 1: member = lastText
        case "{", "[":
            open.append(character)
            if character == "{", isStatement { start = here }
        case "}", "]":
            if character == "}", isStatement { spans.append(StatementSpan(start: start, end: place)) }
            if !open.isEmpty { open.removeLast() }
        default: break
        }
    }

    /// Whether the innermost object is a statement: the value of `Statement`, or an element of it.
    private var isStatement: Bool {
        member == "Statement" && (open == ["{", "{"] || open == ["{", "[", "{"])
    }

    private mutating func takeText(_ character: Unicode.Scalar) {
        switch character {
        case _ where isEscaped: isEscaped = false
        case "\\": isEscaped = true
        case "\"":
            lastText = text ?? ""
            text = nil
        default: if open.count == 1 { text?.unicodeScalars.append(character) }
        }
    }
}
