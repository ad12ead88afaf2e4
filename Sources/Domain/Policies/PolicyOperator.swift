/// What a condition of a policy compares by: an operator of IAM, with its prefix for several values and its suffix for keys that may be
/// missing.
package struct PolicyOperator: Hashable, Sendable {
    package enum Quantifier: Sendable {
        case any, all
    }

    /// In small letters, without prefix and suffix.
    package let name: String
    /// How many of several values of a key must compare; nil without a prefix.
    package let quantifier: Quantifier?
    /// Whether a key that is missing compares.
    package let isIfExists: Bool

    /// Without prefix and suffix.
    var isPlain: Bool { quantifier == nil && !isIfExists }

    /// Nil for what IAM does not have. Capital letters are not told from small ones.
    init?(_ text: String) {
        var name = text.lowercased()
        var quantifier: Quantifier?
        for (prefix, kind) in [("foranyvalue:", Quantifier.any), ("forallvalues:", .all)] where name.hasPrefix(prefix) {
            name.removeFirst(prefix.count)
            quantifier = kind
            break
        }
        isIfExists = name.hasSuffix("ifexists") && name != "nullifexists"
        if isIfExists { name.removeLast("ifexists".count) }
        guard Self.names.contains(name) else { return nil }
        self.name = name
        self.quantifier = quantifier
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
