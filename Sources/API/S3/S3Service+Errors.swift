import Blocks
import Domain
import HTTPTypes
import Metadata
import NIOCore
import Services
import Wire

extension S3Service {
    /// A refusal for any error.
    static func reply(to error: any Error, of request: IncomingRequest, requestID: String) -> Reply {
        let refusal = refusal(error, host: request.host)
        var reply = Reply(status: .init(code: refusal.code.httpStatus), headers: [.requestID: requestID])
        // HEAD has no other place for it.
        if let elsewhere = error as? BucketElsewhere { reply.headers[.bucketRegion] = elsewhere.region.rawValue }
        if let wrong = error as? WrongRegion { reply.headers[.bucketRegion] = wrong.expected }
        if let marker = error as? MarkerFound {
            reply.headers[.deleteMarker] = "true"
            reply.headers[.versionID] = marker.version
            reply.headers[.lastModified] = Timestamp.http(marker.modifiedAt)
        }
        guard request.method != .head, refusal.code != .notModified else { return reply }
        reply.headers[.contentType] = "application/xml"
        reply.body = ByteBuffer(bytes: refusal.document(resource: request.target.path.encoded, requestID: requestID))
        return reply
    }

    /// - Parameter host: the one that the client spoke to. All Regions are behind it.
    private static func refusal(_ error: any Error, host: String) -> S3Error {
        switch error {
        case let error as S3Error: error
        case let fault as Fault: S3ErrorCode(rawValue: fault.code.rawValue).map { S3Error($0, fault.message) } ?? invalid(fault)
        case let error as KeyUnusable: unusable(error)
        case let error as RequestError: S3Error(.invalidRequest, error.message)
        case let elsewhere as BucketElsewhere:
            S3Error(
                .permanentRedirect,
                "The bucket you are attempting to access must be addressed in its Region, \(elsewhere.region)",
                details: [
                    .init("Endpoint", host), .init("Bucket", elsewhere.bucket.rawValue), .init("Region", elsewhere.region.rawValue),
                ]
            )
        case let wrong as WrongRegion: wrong.refusal
        case let marker as MarkerFound:
            marker.isNamed
                ? S3Error(.methodNotAllowed, "The specified method is not allowed against this resource: the version is a delete marker")
                : S3Error(.noSuchKey, "The specified key does not exist.")
        case is UnstorableText: S3Error(.invalidArgument, "A text in the request holds a NUL character, which cannot be stored")
        case let error as StoreError where error.code == .noSpace: noSpace
        case _ where DatabaseFailure.isNoSpace(error): noSpace
        default: S3Error(.internalError, "We encountered an internal error. Please try again.")
        }
    }

    /// Clients retry this: an operator can make room meanwhile.
    private static let noSpace = S3Error(.serviceUnavailable, "No space left on the device that holds the Region")

    /// A fault of another service beneath, such as a key that cannot be named so.
    private static func invalid(_ fault: Fault) -> S3Error { S3Error(.invalidRequest, fault.message) }

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
    static func refused(_ error: SignatureError) -> S3Error {
        switch error {
        case .mismatch: S3Error(.signatureDoesNotMatch, error.description)
        case .unsignedHeader: S3Error(.accessDenied, error.description)
        case .payloadMismatch: S3Error(.xAmzContentSHA256Mismatch, error.description)
        case .expired, .notYetValid: S3Error(.requestTimeTooSkewed, "\(error)")
        case .incomplete, .malformed: S3Error(.authorizationHeaderMalformed, error.description)
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
    static let missingMetadata = named("x-amz-missing-meta")
    static let partsCount = named("x-amz-mp-parts-count")
    static let taggingCount = named("x-amz-tagging-count")
    static let checksumType = named("x-amz-checksum-type")
    static let serverSideEncryption = named("x-amz-server-side-encryption")
    static let serverSideEncryptionKey = named("x-amz-server-side-encryption-aws-kms-key-id")
    static let serverSideEncryptionBucketKey = named("x-amz-server-side-encryption-bucket-key-enabled")
}
