import Connections
import Domain
import Foundation
import HTTPTypes
import Hexadecimal
import Services
import Wire

/// What a verified request of S3 brings beside its head: what it is about, and its body, which may be longer than memory and is still to come.
struct S3Content: RequestContent {
    let address: S3Address
    let input: S3Input
    let isForStandardRegion: Bool
    let share: BodyBudget.Share
}

extension S3Service {
    static func verify(_ request: IncomingRequest, _ claim: RequestClaim, under key: KnownKey, on path: CallPath) throws -> S3Content {
        let address = try S3Address(host: request.host, path: request.target.path, baseNames: path.baseNames)
        let now = path.deployment.clock.now
        var input = try claim.verified(request, address: address, secret: key.secret, now: now)
        if case .nobody = claim {
            return S3Content(
                address: address,
                input: input,
                isForStandardRegion: true,
                share: path.shareForStranger(for: request)
            )
        }
        input.authentication = S3Authentication(claim, at: now)
        path.connections.sawSignature(
            on: request.channel,
            of: key.principal.account.rawValue,
            by: claim.isPresigned ? nil : claim.accessKeyID
        )
        let isForStandardRegion = claim.region.map { $0 == standardRegion } ?? true
        let share = path.bodies.open(for: key.principal.account.rawValue)
        return S3Content(address: address, input: input, isForStandardRegion: isForStandardRegion, share: share)
    }
}

extension RequestClaim {
    /// Verifies all but the body, and says how that is bound to the signature.
    fileprivate func verified(_ request: IncomingRequest, address: S3Address, secret: String, now: Date) throws -> S3Input {
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
            case .nobody, .signedIn: return request.s3Input(try request.unsignedPayload(), headers: request.signable.headers)
            }
        } catch let error as SignatureError {
            // Of a link S3 says so in other words than of a clock that is wrong.
            if case .expired(let server, let client) = error, isPresigned { throw expired(at: server, signed: client) }
            if case .mismatch = error { throw mismatch(with: request, address) }
            throw S3Service.refused(error, isInQuery: isPresigned)
        }
    }

    /// Of a link; the time of a signature is when it was made in Version 4, and when it ends in Version 2.
    private func expired(at now: Date, signed date: Date) -> S3Error {
        var (details, end) = ([S3Error.Detail](), date)
        if case .v4(let claim) = self, let life = claim.expiresSeconds {
            details.append(.init(.xAmzExpires, String(life)))
            end += Double(life)
        }
        details += [.init(.expires, Timestamp.wholeSeconds(end)), .init(.serverTime, Timestamp.wholeSeconds(now))]
        return S3Error(.accessDenied, "Request has expired", details: details)
    }

    /// Tells what the server signs, so that whoever wrote the client sees where it signs something else. All of it came with the request.
    private func mismatch(with request: IncomingRequest, _ address: S3Address) -> S3Error {
        let (texts, signature): (SignedTexts?, String) =
            switch self {
            case .v4(let claim): (claim.signedTexts(of: request.signable), claim.signature)
            case .v2(let claim):
                (claim.signedTexts(of: request.signable, bucketInHost: address.isVirtualHost ? address.bucket : nil), claim.signature)
            case .nobody, .signedIn: (nil, "")
            }
        var details: [S3Error.Detail] = [.init(.accessKeyID, accessKeyID), .init(.signatureProvided, signature)]
        if let texts {
            details += [.init(.stringToSign, texts.stringToSign), .init(.stringToSignBytes, Self.bytes(of: texts.stringToSign))]
        }
        if let canonical = texts?.canonicalRequest {
            details += [.init(.canonicalRequest, canonical), .init(.canonicalRequestBytes, Self.bytes(of: canonical))]
        }
        return S3Error(.signatureDoesNotMatch, details: details)
    }

    /// Two hexadecimal digits each, with blanks between.
    private static func bytes(of text: String) -> String {
        text.utf8.map { Hex.encode([$0]) }.joined(separator: " ")
    }

    private func payload(of claim: SignatureClaim, _ request: IncomingRequest, secret: String, now: Date) throws -> S3Input.Payload {
        let payload: S3Input.Payload
        var hash = PayloadHash.unsigned
        switch claim.payloadDeclaration {
        case .absent: throw S3Error(.invalidRequest, "Missing required header for this request: x-amz-content-sha256")
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

extension IncomingRequest {
    /// How the body is bound of a request without a signature: what it is said to be is held against it all the same.
    fileprivate func unsignedPayload() throws -> S3Input.Payload {
        switch try PayloadDeclaration(of: signable) {
        // Clients leave it to the signer to say that a body comes in chunks.
        case .absent: isChunked ? .chunked(.unsignedTrailer, nil) : .unsigned
        case .unsigned: .unsigned
        case .hash(let declared): .hash(declared.lowercased())
        case .streaming(StreamingMode.unsignedTrailer.rawValue): .chunked(.unsignedTrailer, nil)
        case .streaming: throw S3Error(.invalidRequest, "The chunks of a request that is not signed cannot be signed")
        }
    }

    private var isChunked: Bool { headers[.contentEncoding]?.lowercased().contains("aws-chunked") ?? false }
}
