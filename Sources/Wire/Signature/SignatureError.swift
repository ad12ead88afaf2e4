import Foundation

/// Why a signature is not accepted.
package enum SignatureError: Error, Equatable, Sendable {
    /// A part that a signature needs is missing; the text names it.
    case incomplete(String)
    /// A part cannot be read, or contradicts another.
    case malformed(String)
    /// The request was signed too long ago, or its presigned time is over.
    case expired(server: Date, client: Date)
    /// The request's time is too far ahead of the server's.
    case notYetValid(server: Date, client: Date)
    /// The declared hash of the body is not that of the body received.
    case payloadMismatch
    /// A header that counts is not covered; its name in lower case.
    case unsignedHeader(String)
    /// The request was changed, or signed with another secret.
    case mismatch
}

extension SignatureError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .incomplete(let part): "The signature is incomplete: \(part)"
        case .malformed(let reason): "The signature cannot be read: \(reason)"
        case .expired(let server, let client):
            "Signature expired: \(Timestamp.compact(client)) is now earlier than is allowed at \(Timestamp.compact(server))"
        case .notYetValid(let server, let client):
            "Signature not yet current: \(Timestamp.compact(client)) is still later than is allowed at \(Timestamp.compact(server))"
        case .payloadMismatch: "The provided 'x-amz-content-sha256' header does not match what was computed."
        case .unsignedHeader(let name): "There were headers present in the request which were not signed: \(name)"
        case .mismatch:
            "The request signature we calculated does not match the signature you provided."
                + " Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
        }
    }
}
