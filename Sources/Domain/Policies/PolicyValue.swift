/// A value of a policy's JSON, read before it is judged so that each fault has a text of its own.
enum PolicyValue: Decodable {
    case object([String: PolicyValue])
    case list([PolicyValue])
    case text(String)
    case number(Double)
    case flag(Bool)
    case null

    /// More than any policy nests: what is deeper would only use up the stack.
    private static let depthMax = 12

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard decoder.codingPath.count <= Self.depthMax else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a policy does not nest so deep")
        }
        if container.decodeNil() {
            self = .null
        } else if let members = try? container.decode([String: PolicyValue].self) {
            self = .object(members)
        } else if let elements = try? container.decode([PolicyValue].self) {
            self = .list(elements)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else {
            self = .number(try container.decode(Double.self))
        }
    }

    var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    /// The elements of a list; of anything else itself, which may stand for a list of one.
    var elements: [PolicyValue] {
        guard case .list(let elements) = self else { return [self] }
        return elements
    }

    /// One text or a list of texts; nil for what is neither, and for an empty list.
    var texts: [String]? {
        let elements = self.elements
        let texts = elements.compactMap(\.text)
        return texts.isEmpty || texts.count < elements.count ? nil : texts
    }

    /// A text, a number or a truth value: what a condition compares with.
    var scalar: String? {
        switch self {
        case .text(let text): return text
        // An account that is written as a number is the account.
        case .number(let number): return Int(exactly: number).map(String.init) ?? String(number)
        case .flag(let flag): return String(flag)
        case .object, .list, .null: return nil
        }
    }
}
