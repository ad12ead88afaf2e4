import Foundation

/// A condition of a policy, made ready to be held against requests.
struct ConditionTest: Sendable {
    private enum Comparison: Sendable {
        /// Whether the key is missing.
        case absence([Bool])
        case texts([PolicyTemplate])
        case arns([PolicyTemplate])
        case numbers(Order, [Double])
        case dates(Order, [Double])
        case flags([Bool])
        case bytes([Data])
        case networks([IPNetwork])
    }

    private enum Order: Sendable {
        case equal, less, lessOrEqual, greater, greaterOrEqual

        func holds(_ left: Double, _ right: Double) -> Bool {
            switch self {
            case .equal: left == right
            case .less: left < right
            case .lessOrEqual: left <= right
            case .greater: left > right
            case .greaterOrEqual: left >= right
            }
        }
    }

    /// In small letters, as the context has it.
    private let key: String
    private let quantifier: PolicyOperator.Quantifier?
    private let isIfExists: Bool
    private let isNegated: Bool
    private let comparison: Comparison
    /// The keys that it asks about, its variables' among them, as they are written.
    let keys: Set<String>
    /// The same in small letters.
    let lowercasedKeys: Set<String>

    init(_ condition: PolicyCondition, hasVariables: Bool) {
        let name = condition.key
        key = name.lowercased()
        let wanted = condition.comparison
        (quantifier, isIfExists) = (wanted.quantifier, wanted.isIfExists)
        let positive = wanted.name.replacing("not", with: "", maxReplacements: 1)
        isNegated = positive != wanted.name
        comparison = Self.comparison(positive, condition.values, hasVariables)
        keys =
            switch comparison {
            case .texts(let templates), .arns(let templates): templates.reduce(into: [name]) { $0.formUnion($1.keys) }
            default: [name]
            }
        lowercasedKeys = Set(keys.map { $0.lowercased() })
    }

    /// What an operator without its `Not` compares with. A value that cannot be read equals nothing.
    private static func comparison(_ name: String, _ values: [String], _ hasVariables: Bool) -> Comparison {
        func templates(_ reach: PolicyPattern.Reach?, ignoresCase: Bool = false) -> [PolicyTemplate] {
            values.map { PolicyTemplate($0, reach: reach, hasVariables: hasVariables, ignoresCase: ignoresCase) }
        }
        switch name {
        case "null": return .absence(values.compactMap(flag))
        case "bool": return .flags(values.compactMap(flag))
        case "binaryequals": return .bytes(values.compactMap { Data(base64Encoded: $0) })
        case "ipaddress": return .networks(values.compactMap(IPNetwork.init))
        case "stringequals": return .texts(templates(nil))
        case "stringequalsignorecase": return .texts(templates(nil, ignoresCase: true))
        case "stringlike": return .texts(templates(.text))
        case "arnequals", "arnlike": return .arns(templates(.segment))
        case _ where name.hasPrefix("numeric"):
            return .numbers(order(name.dropFirst("numeric".count)), values.compactMap(PolicyNumber.value))
        default: return .dates(order(name.dropFirst("date".count)), values.compactMap(PolicyDate.seconds))
        }
    }

    private static func order(_ name: Substring) -> Order {
        switch name {
        case "lessthan": .less
        case "lessthanequals": .lessOrEqual
        case "greaterthan": .greater
        case "greaterthanequals": .greaterOrEqual
        default: .equal
        }
    }

    private static func flag(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true": true
        case "false": false
        default: nil
        }
    }

    /// - Parameter isDeny: what the statement does. Of a key that is there several times, each value must compare for a statement that allows, and one is
    ///   enough for one that denies, so that nobody gains by sending more.
    func holds(in context: ConditionContext, isDeny: Bool) -> Bool {
        let values = context[key] ?? []
        if case .absence(let wanted) = comparison { return wanted.contains(values.isEmpty) }
        guard !values.isEmpty else {
            switch quantifier {
            case .all: return true
            case .any: return isIfExists
            case nil: return isIfExists || isNegated
            }
        }
        switch quantifier {
        case .all: return values.allSatisfy { matches($0, in: context) != isNegated }
        case .any: return values.contains { matches($0, in: context) != isNegated }
        case nil where isDeny: return values.contains { matches($0, in: context) != isNegated }
        case nil: return values.allSatisfy { matches($0, in: context) != isNegated }
        }
    }

    /// Whether a value of the request compares with one of the policy's, without regard to a `Not`.
    private func matches(_ value: String, in context: ConditionContext) -> Bool {
        switch comparison {
        case .absence: return false
        case .texts(let templates):
            // All of one condition ignore it, or none.
            let text = Array((templates.first?.ignoresCase == true ? value.lowercased() : value).utf8)[...]
            return templates.contains { $0.matches(text, in: context) }
        case .arns(let templates):
            guard ARN(value) != nil else { return false }
            let text = Array(value.utf8)[...]
            return templates.contains { $0.matches(text, in: context) }
        case .numbers(let order, let wanted):
            guard let number = PolicyNumber.value(of: value) else { return false }
            return wanted.contains { order.holds(number, $0) }
        case .dates(let order, let wanted):
            guard let date = PolicyDate.seconds(of: value) else { return false }
            return wanted.contains { order.holds(date, $0) }
        case .flags(let wanted): return Self.flag(value).map(wanted.contains) ?? false
        case .bytes(let wanted): return Data(base64Encoded: value).map(wanted.contains) ?? false
        case .networks(let wanted):
            guard let address = IPNetwork(value) else { return false }
            return wanted.contains { $0.contains(address) }
        }
    }
}
