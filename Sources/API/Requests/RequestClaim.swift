import Domain
import Services
import Wire

/// The signature of a request, in one of its two versions: what it claims, which is yet to be verified. Or none, which few services answer.
enum RequestClaim {
    case v4(SignatureClaim)
    /// Only links of S3 are signed so.
    case v2(PresignedV2Claim)
    /// Of S3, where a bucket may be open; or of STS, where a token in the body tells who calls: it has been read to find that out.
    case nobody(of: String, body: WholeBody? = nil)
    /// None, of who has signed in to the console: the session has been looked up, and tells who calls.
    case signedIn(KnownKey, of: String, in: Region, body: WholeBody)

    /// - Returns: nil for a request without a signature.
    /// - Throws: `SignatureError`, or `S3Error` where the signature can only be that of a link of S3.
    init?(of request: IncomingRequest) throws {
        if let claim = try Self.presignedV2(request) {
            self = .v2(claim)
        } else if let claim = try SignatureClaim(request: request.signable) {
            self = .v4(claim)
        } else {
            return nil
        }
    }

    private static func presignedV2(_ request: IncomingRequest) throws -> PresignedV2Claim? {
        // EC2 had a Version 2 of its own, with an action among its parameters.
        guard !request.target.query.contains("Action") else { return nil }
        do throws(SignatureError) {
            return try PresignedV2Claim(request: request.signable)
        } catch {
            throw S3Service.refused(error, isInQuery: true)
        }
    }

    /// As the signature names it; Version 2 names none, and is S3's.
    var service: String {
        switch self {
        case .v4(let claim): claim.scope.service
        case .v2: S3Service.name
        case .nobody(let service, _), .signedIn(_, let service, _, _): service
        }
    }

    /// Empty without a signature.
    var accessKeyID: String {
        switch self {
        case .v4(let claim): claim.accessKeyID
        case .v2(let claim): claim.accessKeyID
        case .nobody: ""
        case .signedIn(let key, _, _, _): key.principal.accessKeyID
        }
    }

    /// What goes with a temporary key.
    var sessionToken: String? {
        switch self {
        case .v4(let claim): claim.sessionToken
        case .v2(let claim): claim.sessionToken
        case .nobody, .signedIn: nil
        }
    }

    /// Nil where the signature names none.
    var region: String? {
        switch self {
        case .v4(let claim): claim.scope.region
        case .signedIn(_, _, let region, _): region.rawValue
        case .v2, .nobody: nil
        }
    }

    /// Whether it stands in a link.
    var isPresigned: Bool {
        switch self {
        case .v4(let claim): claim.isPresigned
        case .v2: true
        case .nobody, .signedIn: false
        }
    }
}
