/// The names that a signature has in a query string.
enum PresignedParameter {
    static let algorithm = "X-Amz-Algorithm"
    static let credential = "X-Amz-Credential"
    static let date = "X-Amz-Date"
    static let expires = "X-Amz-Expires"
    static let signedHeaders = "X-Amz-SignedHeaders"
    static let securityToken = "X-Amz-Security-Token"
    static let contentSHA256 = "X-Amz-Content-Sha256"
    static let signature = "X-Amz-Signature"

    static let all = [algorithm, credential, date, expires, signedHeaders, securityToken, contentSHA256, signature]

    /// The ones of a query, decoded; throws when one is there twice, since then signer and verifier could read different ones.
    static func read(from query: String) throws(SignatureError) -> [String: String] {
        var found: [String: String] = [:]
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let separator = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard let name = text(pair[..<separator]), all.contains(name) else { continue }
            let encoded = separator == pair.endIndex ? pair[pair.endIndex...] : pair[pair.index(after: separator)...]
            guard let value = text(encoded) else { throw .malformed("\(name) is not UTF-8 text") }
            guard found.updateValue(value, forKey: name) == nil else { throw .malformed("\(name) is given more than once") }
        }
        return found
    }

    private static func text(_ encoded: Substring.UTF8View) -> String? {
        PercentEncoding.decode(encoded, plusIsSpace: true).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
