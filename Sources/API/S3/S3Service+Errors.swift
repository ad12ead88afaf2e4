import Connections
import Domain
import HTTPTypes
import NIOCore
import Services
import Wire

extension S3Service {
    /// A refusal for any error.
    static func reply(to error: any Error, of request: IncomingRequest, requestID: String, on path: CallPath) -> Reply {
        let refusal = refusal(error, host: request.host)
        var reply = Reply(status: .init(code: refusal.code.httpStatus), headers: [.requestID: requestID])
        reply.errorCode = refusal.code.rawValue
        // HEAD has no other place for it.
        if let elsewhere = error as? BucketElsewhere { reply.headers[.bucketRegion] = elsewhere.region.rawValue }
        if let closed = error as? BucketClosed { reply.headers[.bucketRegion] = closed.region.rawValue }
        if let wrong = error as? WrongRegion { reply.headers[.bucketRegion] = wrong.expected }
        if let marker = error as? MarkerFound {
            reply.headers[.deleteMarker] = "true"
            reply.headers[.versionID] = marker.version
            reply.headers[.lastModified] = Timestamp.http(marker.modifiedAt)
        }
        guard request.method != .head, refusal.code != .notModified else { return reply }
        reply.headers[.contentType] = "application/xml"
        let subject = subject(of: request, baseNames: path.baseNames)
        reply.body = ByteBuffer(bytes: refusal.document(of: subject, requestID: requestID))
        return reply
    }

    /// What can be read of a request, which may be refused because something cannot.
    private static func subject(of request: IncomingRequest, baseNames: Set<String>) -> S3ErrorSubject {
        S3ErrorSubject(
            method: request.method.rawValue,
            address: try? S3Address(host: request.host, path: request.target.path, baseNames: baseNames),
            query: try? S3Query(request.target.query)
        )
    }

    /// - Parameter host: the one that the client spoke to. All Regions are behind it.
    static func refusal(_ error: any Error, host: String) -> S3Error {
        switch error {
        case let error as S3Error: error
        case let fault as Fault: refusal(fault)
        case let closed as BucketClosed: refusal(closed.cause, host: host)
        case let error as KeyUnusable: unusable(error)
        case let error as AccessDenied: S3Error(.accessDenied, error.isAbroad ? nil : error.denial.messageOfS3)
        case let error as RequestError: S3Error(.invalidRequest, error.message)
        case let elsewhere as BucketElsewhere:
            S3Error(
                .permanentRedirect,
                details: [
                    .init(.endpoint, host), .init(.bucket, elsewhere.bucket.rawValue), .init(.region, elsewhere.region.rawValue),
                ]
            )
        case let wrong as WrongRegion: wrong.refusal
        case let marker as MarkerFound:
            marker.isNamed
                ? S3Error(.methodNotAllowed, details: [.init(.resourceType, "DeleteMarker")])
                : S3Error(.noSuchKey, details: [.init(.key, marker.key.text)])
        case is BodyBudget.Exceeded, is Throttled: S3Error(.slowDown)
        default: StorageFailure(error).map(refusal) ?? S3Error(.internalError)
        }
    }

    private static func refusal(_ failure: StorageFailure) -> S3Error {
        switch failure {
        // Clients retry this: an operator can make room meanwhile.
        case .noSpace, .unavailable: S3Error(.serviceUnavailable, failure.description)
        case .unstorableText: S3Error(.invalidArgument, failure.description)
        }
    }

    static func refusal(_ fault: Fault) -> S3Error {
        // A fault of another service beneath, such as a key that cannot be named so.
        guard let code = S3ErrorCode(rawValue: fault.code.rawValue) else { return S3Error(.invalidRequest, fault.message) }
        let details = fault.details.compactMap { name, value in S3ErrorElement(rawValue: name).map { S3Error.Detail($0, value) } }
        guard code.facts.isAlwaysSaid else { return S3Error(code, fault.message, details: details) }
        return S3Error(code, details: details, explanation: fault.message == code.facts.message ? nil : fault.message)
    }

    private static func unusable(_ error: KeyUnusable) -> S3Error {
        switch error.reason {
        case .notFound: S3Error(.kmsNotFound, error.description)
        case .disabled: S3Error(.kmsDisabled, error.description)
        case .pendingDeletion, .notPendingDeletion: S3Error(.kmsInvalidState, error.description)
        case .wrongUsage, .otherRegion: S3Error(.invalidArgument, error.description)
        case .denied: S3Error(.accessDenied, error.description)
        }
    }

    /// What is wrong with a signature, in the words of S3.
    ///
    /// - Parameter isInQuery: whether it stands in the query of a link and not in a header.
    static func refused(_ error: SignatureError, isInQuery: Bool = false) -> S3Error {
        switch error {
        case .mismatch: S3Error(.signatureDoesNotMatch)
        case .unsignedHeader(let name):
            S3Error(
                .accessDenied,
                "There were headers present in the request which were not signed",
                details: [.init(.headersNotSigned, name)]
            )
        case .payloadMismatch: S3Error(.xAmzContentSHA256Mismatch)
        case .expired(let server, let client), .notYetValid(let server, let client):
            S3Error(
                .requestTimeTooSkewed,
                details: [
                    .init(.requestTime, Timestamp.compact(client)), .init(.serverTime, Timestamp.wholeSeconds(server)),
                    .init(.maxAllowedSkewMilliseconds, String(Int(SignatureClaim.allowedSkewSeconds) * 1000)),
                ]
            )
        case .incomplete, .malformed:
            S3Error(isInQuery ? .authorizationQueryParametersError : .authorizationHeaderMalformed, error.description)
        }
    }
}

extension HTTPField.Name {
    /// S3 has a name of its own for what others send as `x-amzn-RequestId`.
    static let requestID = named("x-amz-request-id")
    static let bucketRegion = named("x-amz-bucket-region")
    static let deleteMarker = named("x-amz-delete-marker")
    static let versionID = named("x-amz-version-id")
    static let copySourceVersionID = named("x-amz-copy-source-version-id")
    static let partsCount = named("x-amz-mp-parts-count")
    static let taggingCount = named("x-amz-tagging-count")
    static let checksumType = named("x-amz-checksum-type")
    static let serverSideEncryption = named("x-amz-server-side-encryption")
    static let serverSideEncryptionKey = named("x-amz-server-side-encryption-aws-kms-key-id")
    static let serverSideEncryptionBucketKey = named("x-amz-server-side-encryption-bucket-key-enabled")
}
