import Wire

/// A value of JSON to be written: what QEMU is told, on its command line and over QMP alike.
package indirect enum JSONTerm: Hashable, Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByDictionaryLiteral
{
    case string(String)
    case integer(Int)
    case boolean(Bool)
    case object([Member])
    case array([JSONTerm])

    package struct Member: Hashable, Sendable {
        let name: String
        let value: JSONTerm
    }

    package init(stringLiteral text: String) { self = .string(text) }
    package init(integerLiteral number: Int) { self = .integer(number) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
    package init(dictionaryLiteral members: (String, JSONTerm)...) { self = .object(members.map { Member(name: $0, value: $1) }) }

    package var text: String {
        var json = JSONWriter()
        write(to: &json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private func write(to json: inout JSONWriter) {
        switch self {
        case .string(let text): json.string(text)
        case .integer(let number): json.raw(String(number))
        case .boolean(let value): json.raw(String(value))
        case .array(let elements):
            json.raw("[")
            for (place, element) in elements.enumerated() {
                if place > 0 { json.raw(",") }
                element.write(to: &json)
            }
            json.raw("]")
        case .object(let members):
            json.raw("{")
            for (place, member) in members.enumerated() {
                if place > 0 { json.raw(",") }
                json.string(member.name)
                json.raw(":")
                member.value.write(to: &json)
            }
            json.raw("}")
        }
    }

    func adding(_ name: String, _ value: JSONTerm) -> JSONTerm {
        guard case .object(let members) = self else { return self }
        return .object(members + [Member(name: name, value: value)])
    }
}
