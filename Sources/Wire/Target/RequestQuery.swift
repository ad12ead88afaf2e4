/// The parameters of a query string or a form, decoded once, in the order sent.
package struct RequestQuery: Sendable {
    package struct Parameter: Sendable {
        package let name: String
        package let value: String
        /// Whether there is an equals sign: Signature Version 2 tells `acl` from `acl=`.
        let hasValue: Bool
    }

    package private(set) var parameters: [Parameter] = []

    static let empty = RequestQuery()
    private init() {}

    /// Reads a form: `+` and `%20` are a blank, a name without `=` has an empty value, empty pairs (`&&`) are passed over, and a `;` is a
    /// character like any other. Whatever has no single reading is refused.
    package init(_ form: some Collection<UInt8>, limits: QueryLimits = .standard) throws(RequestError) {
        guard form.count <= limits.bytes else {
            throw .tooLarge("The request is larger than \(limits.bytes) bytes")
        }
        for pair in form.split(separator: UInt8(ascii: "&")) {
            guard parameters.count < limits.parameters else {
                throw .tooLarge("The request has more than \(limits.parameters) parameters")
            }
            let separator = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            let name = try Self.text(pair[..<separator])
            guard name.utf8.count <= limits.nameBytes else {
                throw .tooLarge("A parameter name is longer than \(limits.nameBytes) bytes")
            }
            let hasValue = separator != pair.endIndex
            let value = hasValue ? try Self.text(pair[pair.index(after: separator)...]) : ""
            parameters.append(Parameter(name: name, value: value, hasValue: hasValue))
        }
    }

    package func contains(_ name: String) -> Bool { parameters.contains { $0.name == name } }

    /// The name of a parameter that is there twice: signatures sort what comes under one name, so its order is anybody's.
    package var repeatedName: String? {
        var seen: Set<String> = []
        return parameters.first { !seen.insert($0.name).inserted }?.name
    }

    mutating func append(_ more: [(name: String, value: String)]) {
        parameters += more.map { Parameter(name: $0.name, value: $0.value, hasValue: true) }
    }

    /// As a client writes it.
    package var encoded: String {
        parameters.map { PercentEncoding.encode($0.name) + ($0.hasValue ? "=" + PercentEncoding.encode($0.value) : "") }
            .joined(separator: "&")
    }

    private static func text(_ encoded: some Collection<UInt8>) throws(RequestError) -> String {
        guard let bytes = PercentEncoding.decode(encoded, plusIsSpace: true) else {
            throw .malformed("The request contains an incomplete percent-encoding")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed("The request contains text that is not UTF-8")
        }
        return text
    }
}
