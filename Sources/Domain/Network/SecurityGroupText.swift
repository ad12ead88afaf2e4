/// What EC2 allows as the name and the description of a security group, and as that of a rule
/// (docs/behaviour/network.md, "Security groups").
package enum SecurityGroupText {
    package static let lengthMax = 255
    private static let allowed = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
    private static let punctuation = Set(". _-:/()#,@[]+=&;{}!$*".utf8)

    /// - Returns: the name as it is kept: without blanks at its end.
    package static func name(_ text: String) throws -> String {
        let name = String(text.reversed().drop { $0 == " " }.reversed())
        guard !name.isEmpty, isAllowed(name) else { throw refusal("security group name", "names") }
        guard name != SecurityGroup.defaultName else {
            throw Fault(.invalidParameterValue, "Cannot use reserved security group name: \(name)")
        }
        guard !name.hasPrefix("sg-") else {
            throw Fault(.invalidParameterValue, "Invalid security group name '\(name)': it cannot begin with sg-")
        }
        return name
    }

    package static func checkDescription(_ text: String) throws {
        guard isAllowed(text) else { throw refusal("security group description", "descriptions") }
    }

    /// - Returns: nil for an empty one: the rule has none.
    package static func ruleDescription(_ text: String?) throws -> String? {
        guard let text, !text.isEmpty else { return nil }
        guard isAllowed(text) else { throw refusal("rule description", "descriptions") }
        return text
    }

    private static func isAllowed(_ text: String) -> Bool {
        text.utf8.count <= lengthMax
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: punctuation.contains(byte)
                }
            }
    }

    private static func refusal(_ what: String, _ plural: String) -> Fault {
        Fault(
            .invalidParameterValue,
            "Invalid \(what). Valid \(plural) are strings less than \(lengthMax + 1) characters from the following set: \(allowed)"
        )
    }
}
