import Domain
import Foundation
import Wire

/// The signature of a request of S3, in one of its two versions.
enum S3Claim {
    case v4(SignatureClaim)
    case v2(PresignedV2Claim)

    var accessKeyID: String {
        switch self {
        case .v4(let claim): claim.accessKeyID
        case .v2(let claim): claim.accessKeyID
        }
    }

    var hasSessionToken: Bool {
        switch self {
        case .v4(let claim): claim.sessionToken != nil
        case .v2(let claim): claim.sessionToken != nil
        }
    }

    /// Nil where the signature names none.
    var region: String? {
        switch self {
        case .v4(let claim): claim.scope.region
        case .v2: nil
        }
    }

    /// Verifies all but the body, and says how that is bound to the signature.
    func verified(_ request: IncomingRequest, address: S3Address, secret: String, now: Date) throws -> S3Input {
        do {
            switch self {
            case .v2(let claim):
                try claim.verify(
                    request: request.signable,
                    secretAccessKey: secret,
                    bucketInHost: address.isVirtualHost ? address.bucket : nil,
                    now: now
                )
                return request.s3Input(.unsigned, headers: claim.obeyedHeaders(of: request.signable))
            case .v4(let claim):
                let payload = try payload(of: claim, request, secret: secret, now: now)
                return request.s3Input(payload, headers: try claim.obeyedHeaders(of: request.signable))
            }
        } catch let error as SignatureError {
            // Of a link S3 says so in other words than of a clock that is wrong.
            if case .expired = error, isPresigned { throw S3Error(.accessDenied, "Request has expired") }
            throw S3Service.refused(error)
        }
    }

    var isPresigned: Bool {
        switch self {
        case .v4(let claim): claim.isPresigned
        case .v2: true
        }
    }

    private func payload(of claim: SignatureClaim, _ request: IncomingRequest, secret: String, now: Date) throws -> S3Input.Payload {
        let payload: S3Input.Payload
        var hash = PayloadHash.unsigned
        switch claim.payloadDeclaration {
        case .absent: throw S3Error(.missingSecurityHeader, "Missing required header for this request: x-amz-content-sha256")
        case .unsigned: payload = .unsigned
        case .hash(let declared):
            payload = .hash(declared.lowercased())
            hash = .bytes(hexSHA256: declared.lowercased())
        case .streaming(let text):
            guard let mode = StreamingMode(rawValue: text) else {
                throw S3Error(.notImplemented, "A body of the kind \(text.prefix(64)) is not implemented")
            }
            try claim.verify(request: request.signable, secretAccessKey: secret, payload: hash, now: now)
            return .chunked(mode, mode.isSigned ? ChunkSignatures(following: claim, secretAccessKey: secret) : nil)
        }
        try claim.verify(request: request.signable, secretAccessKey: secret, payload: hash, now: now)
        return payload
    }
}
