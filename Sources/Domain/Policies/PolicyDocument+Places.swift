extension PolicyDocument {
    /// Where a statement stands in the text of its policy, as the simulator tells it: lines and columns from 1, the end behind the last character.
    package struct Place: Hashable, Sendable {
        package struct Position: Hashable, Sendable {
            package var line: Int
            package var column: Int
        }

        package let start: Position
        package let end: Position
    }

    /// The places of a policy's statements, in their order. The text is one that has been read as a policy.
    package static func places(ofStatementsIn text: String) -> [Place] {
        var scan = StatementScan()
        for byte in text.utf8 { scan.read(byte) }
        return scan.places
    }
}

/// Reads a policy that is well formed, and keeps where the statements begin and end.
private struct StatementScan {
    private(set) var places: [PolicyDocument.Place] = []
    private var position = PolicyDocument.Place.Position(line: 1, column: 1)
    /// Of braces and brackets together.
    private var depth = 0
    private var isText = false
    private var isEscaped = false
    /// The last text of the outermost object, which names a member when a colon follows.
    private var name: [UInt8] = []
    private var isInStatements = false
    /// The depth within which a statement's brace stands, when one is open.
    private var start: (position: PolicyDocument.Place.Position, depth: Int)?

    mutating func read(_ byte: UInt8) {
        if isText { readText(byte) } else { readMark(byte) }
        if byte == UInt8(ascii: "\n") {
            position = PolicyDocument.Place.Position(line: position.line + 1, column: 1)
        } else if byte & 0xC0 != 0x80 {
            // The bytes of one character count once.
            position.column += 1
        }
    }

    private mutating func readText(_ byte: UInt8) {
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isText = false
        } else if depth == 1 {
            name.append(byte)
        }
    }

    private mutating func readMark(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""):
            isText = true
            if depth == 1 { name = [] }
        case UInt8(ascii: ":") where depth == 1: isInStatements = name.elementsEqual("Statement".utf8)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            if byte == UInt8(ascii: "{"), isInStatements, start == nil { start = (position, depth) }
            depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            guard let start, start.depth == depth else { return }
            let end = PolicyDocument.Place.Position(line: position.line, column: position.column + 1)
            places.append(PolicyDocument.Place(start: start.position, end: end))
            self.start = nil
        default: break
        }
    }
}
