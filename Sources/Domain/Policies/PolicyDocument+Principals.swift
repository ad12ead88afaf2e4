extension PolicyDocument {
    /// A policy's text with other names for some of its principals, and not a character changed beside them.
    ///
    /// - Parameter names: what stands in place of a name.
    package static func renaming(_ names: [String: String], in text: String) -> String {
        guard !names.isEmpty else { return text }
        var scan = PrincipalScan(Array(text.utf8), names)
        return String(decoding: scan.renamed(), as: UTF8.self)
    }
}

/// Copies a policy that is well formed, and exchanges names where principals stand.
private struct PrincipalScan {
    /// An object with the member that is being read, or a list.
    private struct Container {
        let isObject: Bool
        var member = ""
        var expectsName: Bool
    }

    private let document: [UInt8]
    private let names: [String: String]
    private var open: [Container] = []

    init(_ document: [UInt8], _ names: [String: String]) {
        self.document = document
        self.names = names
    }

    mutating func renamed() -> [UInt8] {
        var result: [UInt8] = []
        var place = 0
        while place < document.count {
            let byte = document[place]
            if byte == UInt8(ascii: "\"") {
                let end = PolicyMembers.end(ofTextAt: place, in: document)
                result += copy(of: document[place..<end])
                place = end
                continue
            }
            read(byte)
            result.append(byte)
            place += 1
        }
        return result
    }

    private mutating func read(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "{"): open.append(Container(isObject: true, expectsName: true))
        case UInt8(ascii: "["): open.append(Container(isObject: false, expectsName: false))
        case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = open.popLast()
        case UInt8(ascii: ":"): if !open.isEmpty { open[open.count - 1].expectsName = false }
        case UInt8(ascii: ","): if open.last?.isObject == true { open[open.count - 1].expectsName = true }
        default: break
        }
    }

    private mutating func copy(of quoted: ArraySlice<UInt8>) -> [UInt8] {
        let text = PolicyMembers.text(quoted)
        if open.last?.expectsName == true {
            open[open.count - 1].member = text
        } else if isOfPrincipals, let name = names[text] {
            // What IAM gives has no other characters that JSON escapes.
            let escaped = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return Array("\"\(escaped)\"".utf8)
        }
        return Array(quoted)
    }

    /// Whether what is read is a name of the kind `AWS` in a statement.
    private var isOfPrincipals: Bool {
        let members = open.filter(\.isObject).map(\.member)
        return members.count == 3 && members[0] == "Statement" && ["Principal", "NotPrincipal"].contains(members[1]) && members[2] == "AWS"
    }
}
