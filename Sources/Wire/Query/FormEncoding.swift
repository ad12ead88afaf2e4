/// `application/x-www-form-urlencoded`, both ways.
package enum FormEncoding {
    /// `A=1&B=two%20words`: a space becomes `%20`, so that the text may also stand in a signed query.
    package static func encode(_ parameters: [(String, String)]) -> String {
        parameters.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
    }

    package static func percentEncode(_ text: String) -> String {
        PercentEncoding.encode(text)
    }

    /// Names and values in the order sent, as ``RequestQuery`` reads them.
    package static func decode(
        _ form: some Collection<UInt8>,
        limits: QueryLimits = .standard
    ) throws(RequestError) -> [(name: String, value: String)] {
        try RequestQuery(form, limits: limits).parameters.map { ($0.name, $0.value) }
    }
}
