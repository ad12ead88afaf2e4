/// `application/x-www-form-urlencoded`, both ways.
package enum FormEncoding {
    /// `A=1&B=two%20words`: a space becomes `%20`, so that the text may also stand in a signed query.
    package static func encode(_ parameters: [(String, String)]) -> String {
        parameters.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
    }

    package static func percentEncode(_ text: String) -> String {
        PercentEncoding.encode(text)
    }

    /// Names and values in the order sent; a name without `=` has an empty value, empty pairs (`&&`) are passed over.
    package static func decode(
        _ form: some Collection<UInt8>,
        limits: QueryLimits = .standard
    ) throws(RequestError) -> [(name: String, value: String)] {
        guard form.count <= limits.bytes else {
            throw .tooLarge("The request is larger than \(limits.bytes) bytes")
        }
        var parameters: [(name: String, value: String)] = []
        for pair in form.split(separator: UInt8(ascii: "&")) {
            guard parameters.count < limits.parameters else {
                throw .tooLarge("The request has more than \(limits.parameters) parameters")
            }
            let separator = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            let name = try text(pair[..<separator])
            guard name.utf8.count <= limits.nameBytes else {
                throw .tooLarge("A parameter name is longer than \(limits.nameBytes) bytes")
            }
            let value = separator == pair.endIndex ? "" : try text(pair[pair.index(after: separator)...])
            parameters.append((name, value))
        }
        return parameters
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
