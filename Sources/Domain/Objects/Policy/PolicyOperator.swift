/// What a condition of a policy compares by: an operator of IAM, with its prefix for several values and its suffix for keys that may be
/// missing.
struct PolicyOperator {
    private let name: String

    /// Nil for what IAM does not have. Capital letters are not told from small ones.
    init?(_ text: String) {
        var name = text.lowercased()
        for prefix in ["foranyvalue:", "forallvalues:"] where name.hasPrefix(prefix) {
            name.removeFirst(prefix.count)
            break
        }
        if name.hasSuffix("ifexists"), name != "nullifexists" { name.removeLast("ifexists".count) }
        guard Self.names.contains(name) else { return nil }
        self.name = name
    }

    /// Whether a value is one that the operator compares with.
    func takes(_ value: String) -> Bool {
        switch name {
        case "bool", "null": ["true", "false"].contains(value.lowercased())
        case _ where name.hasPrefix("numeric"): Double(value) != nil
        default: true
        }
    }

    private static let orders = ["equals", "notequals", "lessthan", "lessthanequals", "greaterthan", "greaterthanequals"]

    private static let names = Set(orders.flatMap { ["numeric\($0)", "date\($0)"] }).union([
        "stringequals", "stringnotequals", "stringequalsignorecase", "stringnotequalsignorecase", "stringlike", "stringnotlike",
        "bool", "null", "binaryequals", "ipaddress", "notipaddress", "arnequals", "arnnotequals", "arnlike", "arnnotlike",
    ])
}
