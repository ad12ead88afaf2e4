import Foundation
import Wire

/// How a request of S3 is signed, for conditions of policies.
struct S3Authentication: Sendable {
    /// As `s3:authType` has it.
    let type: String
    /// As `s3:signatureversion` has it.
    let version: String
    /// Nil where the signature does not tell when it was made.
    let age: TimeInterval?

    /// Nil for a request without a signature.
    init?(_ claim: RequestClaim, at now: Date) {
        switch claim {
        case .v4(let claim):
            type = claim.isPresigned ? "REST-QUERY-STRING" : "REST-HEADER"
            version = "AWS4-HMAC-SHA256"
            // A client's clock may be ahead.
            age = max(0, now.timeIntervalSince(claim.date))
        case .v2: (type, version, age) = ("REST-QUERY-STRING", "AWS", nil)
        case .nobody, .signedIn: return nil
        }
    }
}
