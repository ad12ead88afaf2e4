import Foundation

/// The rules of conditions, resources and variables, as published.
struct ReferenceConditions {
    let question: ReferenceEvaluator.Question
    let hasVariables: Bool

    func isAboutResource(_ statement: ReferenceEvaluator.Document, _ resource: String) -> Bool {
        func matches(_ member: String) -> Bool {
            texts(statement[member]).contains { text in
                filled(text).map { ReferencePattern.matchesARN($0, escaped(resource), crosses: true) } ?? false
            }
        }
        if statement["NotResource"] != nil {
            let isWhole = statement["Effect"] as? String == "Deny" || texts(statement["NotResource"]).allSatisfy { filled($0) != nil }
            return isWhole && !matches("NotResource")
        }
        // The policy of a role names none.
        return statement["Resource"] == nil || matches("Resource")
    }

    /// All operators, and under each all keys, must hold.
    func hold(_ condition: Any?, isDeny: Bool) -> Bool {
        ((condition as? [String: [String: Any]]) ?? [:]).allSatisfy { name, keys in keys.allSatisfy { holds(name, $0, texts($1), isDeny) } }
    }

    private func holds(_ name: String, _ key: String, _ wanted: [String], _ isDeny: Bool) -> Bool {
        var name = name
        var quantifier: String?
        for prefix in ["ForAllValues:", "ForAnyValue:"] where name.hasPrefix(prefix) {
            quantifier = prefix
            name.removeFirst(prefix.count)
        }
        let isIfExists = name.hasSuffix("IfExists")
        if isIfExists { name.removeLast("IfExists".count) }
        let values = question.value(key)
        if name == "Null" { return wanted.contains { ($0 == "true") == values.isEmpty } }

        // What follows is about one value of the request; several wanted ones are joined by or, and under a negated operator by neither-nor.
        let isNegated = name.contains("Not")
        let positive = name.replacing("Not", with: "")
        func any(_ value: String) -> Bool { wanted.contains { compares(positive, value, $0) } }
        func one(_ value: String) -> Bool { isNegated ? !any(value) : any(value) }
        if values.isEmpty {
            if isIfExists { return true }
            if quantifier == "ForAllValues:" { return true }
            if quantifier == "ForAnyValue:" { return false }
            return isNegated
        }
        switch quantifier {
        case "ForAllValues:": return values.allSatisfy(one)
        case "ForAnyValue:": return values.contains(where: one)
        default: return isDeny ? values.contains(where: one) : values.allSatisfy(one)
        }
    }

    private func compares(_ name: String, _ value: String, _ wanted: String) -> Bool {
        switch name {
        case "StringEquals": return filled(wanted, wildcards: false).map { $0 == escaped(value) } ?? false
        case "StringEqualsIgnoreCase": return filled(wanted, wildcards: false).map { lower($0) == lower(escaped(value)) } ?? false
        case "StringLike": return filled(wanted).map { ReferencePattern.matches($0, escaped(value)) } ?? false
        case "ArnEquals", "ArnLike":
            guard value.split(separator: ":", omittingEmptySubsequences: false).count > 5 else { return false }
            if wanted == "*" { return true }
            return filled(wanted).map { ReferencePattern.matchesARN($0, escaped(value), crosses: false) } ?? false
        case "Bool": return value == wanted
        case "IpAddress": return isInNetwork(value, wanted)
        case "BinaryEquals": return value == wanted
        default:
            let number = name.hasPrefix("Date") ? seconds : { Double($0) }
            guard let left = number(value), let right = number(wanted) else { return false }
            switch name.replacing("Numeric", with: "").replacing("Date", with: "") {
            case "Equals": return left == right
            case "LessThan": return left < right
            case "LessThanEquals": return left <= right
            case "GreaterThan": return left > right
            default: return left >= right
            }
        }
    }

    /// As a number, or as a date of ISO 8601.
    private func seconds(_ text: String) -> Double? { Double(text) ?? ISO8601DateFormatter().date(from: text)?.timeIntervalSince1970 }

    private func isInNetwork(_ address: String, _ network: String) -> Bool {
        let parts = network.split(separator: "/")
        guard let address = digits(Substring(address)), let start = digits(parts[0]) else { return false }
        let length = parts.count > 1 ? Int(parts[1]) ?? 0 : parts[0].contains(":") ? 128 : 32
        return address.prefix(parts[0].contains(":") ? length : length + 96) == start.prefix(parts[0].contains(":") ? length : length + 96)
    }

    /// The 128 binary digits of an address. IPv4 stands within IPv6, at ::ffff:0:0.
    private func digits(_ text: Substring) -> String? {
        func binary(_ number: Int, _ width: Int) -> String {
            let text = String(number, radix: 2)
            return String(repeating: "0", count: width - text.count) + text
        }
        if !text.contains(":") {
            let parts = text.split(separator: ".").compactMap { Int($0) }
            guard parts.count == 4 else { return nil }
            return String(repeating: "0", count: 80) + String(repeating: "1", count: 16) + parts.map { binary($0, 8) }.joined()
        }
        let sides = String(text).components(separatedBy: "::").map { side in side.split(separator: ":").compactMap { Int($0, radix: 16) } }
        let zeros = [Int](repeating: 0, count: 8 - sides.reduce(0) { $0 + $1.count })
        let groups = sides.count == 2 ? sides[0] + zeros + sides[1] : sides[0]
        return groups.count == 8 ? groups.map { binary($0, 16) }.joined() : nil
    }

    private func lower(_ text: [Character]) -> [Character] { Array(String(text).lowercased()) }

    /// Stands for a star that is none of a pattern's; no text of the tests has it.
    private static let plainStar: Character = "\u{1}"

    private func escaped(_ text: String) -> [Character] { text.map { $0 == "*" ? Self.plainStar : $0 } }

    /// A text with the values of its variables, in which they are no wildcards; nil when one has no value.
    private func filled(_ text: String, wildcards: Bool = true) -> [Character]? {
        var filled: [Character] = []
        var rest = Substring(text)
        while let first = rest.first {
            if hasVariables, rest.hasPrefix("${"), let end = rest.firstIndex(of: "}") {
                guard let value = value(String(rest[rest.index(rest.startIndex, offsetBy: 2)..<end])) else { return nil }
                filled += escaped(value)
                rest = rest[rest.index(after: end)...]
            } else {
                filled.append(first == "*" && !wildcards ? Self.plainStar : first)
                rest = rest.dropFirst()
            }
        }
        return filled
    }

    private func value(_ variable: String) -> String? {
        if ["*", "$"].contains(variable) { return variable }
        let parts = variable.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        let values = question.value(parts[0])
        if values.count == 1 { return values[0] }
        return values.isEmpty && parts.count > 1 ? parts[1].trimmingCharacters(in: CharacterSet(charactersIn: "'")) : nil
    }

    private func texts(_ value: Any?) -> [String] { (value as? [String]) ?? (value as? String).map { [$0] } ?? [] }
}
