import Foundation
import Hexadecimal

/// How the parts of a signature are read.
extension SignatureClaim {
    /// `AKID/yyyymmdd/region/service/aws4_request`.
    static func credential(_ text: String) throws(SignatureError) -> (accessKeyID: String, scope: CredentialScope) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, parts.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 128 }) else {
            throw .malformed("the credential must be <access key id>/<date>/<region>/<service>/aws4_request")
        }
        guard parts[4] == CredentialScope.terminator else {
            throw .malformed("the credential must end in \(CredentialScope.terminator)")
        }
        return (parts[0], CredentialScope(date: parts[1], region: parts[2], service: parts[3]))
    }

    static func signedHeaders(_ text: String) throws(SignatureError) -> [String] {
        let names = text.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        guard names.allSatisfy({ !$0.isEmpty && $0 == $0.lowercased() }), zip(names, names.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw .malformed("the signed headers must be lower-case names in increasing order")
        }
        return names
    }

    /// The time of a request and the header that said it.
    static func date(of request: SignableRequest) throws(SignatureError) -> (date: Date, header: String) {
        if let text = try single("x-amz-date", in: request) {
            guard let date = Timestamp.parseCompact(text) else {
                throw .malformed("x-amz-date is not a time such as 20261122T193432Z")
            }
            return (date, "x-amz-date")
        }
        guard let text = try single("date", in: request) else { throw .incomplete("x-amz-date") }
        guard let date = Timestamp.parseHTTP(text) ?? Timestamp.parseCompact(text) else {
            throw .malformed("the Date header cannot be read")
        }
        return (date, "date")
    }

    /// A header that may be there once.
    static func single(_ name: String, in request: SignableRequest) throws(SignatureError) -> String? {
        let values = request.values(of: name)
        guard values.count <= 1 else { throw .malformed("the header \(name) is given more than once") }
        return values.first
    }

    static func declaration(_ text: String?) throws(SignatureError) -> PayloadDeclaration {
        guard let text else { return .absent }
        if text == PayloadHash.unsignedMarker { return .unsigned }
        if text.hasPrefix("STREAMING-") { return .streaming(text) }
        guard Hex.isSHA256(text.lowercased()) else { throw .malformed("x-amz-content-sha256 is not a SHA-256") }
        return .hash(text)
    }
}
