/// `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` taken apart.
struct AuthorizationHeader {
    let credential: String
    let signedHeaders: String
    let signature: String

    init(_ header: String) throws(SignatureError) {
        let parts = header.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.first != "AWS" else {
            throw .malformed("Signature Version 2 is accepted in presigned S3 requests only. Please use \(SigningKey.algorithm).")
        }
        guard parts.first == SigningKey.algorithm else {
            throw .malformed("the Authorization header must begin with \(SigningKey.algorithm)")
        }
        var fields: [String: String] = [:]
        for field in parts.dropFirst().joined().split(separator: ",", omittingEmptySubsequences: false) {
            let trimmed = field.drop { $0 == " " }
            guard let separator = trimmed.firstIndex(of: "=") else {
                throw .malformed("the Authorization header has a part without =")
            }
            let name = String(trimmed[..<separator])
            var value = trimmed[trimmed.index(after: separator)...]
            while value.last == " " { value.removeLast() }
            guard ["Credential", "SignedHeaders", "Signature"].contains(name) else {
                throw .malformed("the Authorization header has an unknown part")
            }
            guard fields.updateValue(String(value), forKey: name) == nil else {
                throw .malformed("the Authorization header gives \(name) more than once")
            }
        }
        func required(_ name: String) throws(SignatureError) -> String {
            guard let value = fields[name], !value.isEmpty else { throw .incomplete("Authorization header requires '\(name)' parameter") }
            return value
        }
        credential = try required("Credential")
        signedHeaders = try required("SignedHeaders")
        signature = try required("Signature")
    }
}
