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

    /// Those of Version 2.
    static let version2 = ["AWSAccessKeyId", "Signature"]

    static let all = [algorithm, credential, date, expires, signedHeaders, securityToken, contentSHA256, signature]

    /// The ones of a query; throws when one is there twice, since then signer and verifier could read different ones.
    static func read(from query: RequestQuery) throws(SignatureError) -> [String: String] {
        var found: [String: String] = [:]
        for parameter in query.parameters where all.contains(parameter.name) {
            guard found.updateValue(parameter.value, forKey: parameter.name) == nil else {
                throw .malformed("\(parameter.name) is given more than once")
            }
        }
        return found
    }
}

extension SignableRequest {
    /// Whether the query has anything of a signature, whole or not.
    package var hasPresignedParameters: Bool {
        (PresignedParameter.all + PresignedParameter.version2).contains(where: target.query.contains)
    }
}
