/// The error codes of S3 that Ferry answers, as in S3's list of error responses.
package enum S3ErrorCode: String, Sendable, Hashable, CaseIterable {
    case accessDenied = "AccessDenied"
    case accessControlListNotSupported = "AccessControlListNotSupported"
    case authorizationHeaderMalformed = "AuthorizationHeaderMalformed"
    case authorizationQueryParametersError = "AuthorizationQueryParametersError"
    case badDigest = "BadDigest"
    case bucketAlreadyExists = "BucketAlreadyExists"
    case bucketAlreadyOwnedByYou = "BucketAlreadyOwnedByYou"
    case bucketNotEmpty = "BucketNotEmpty"
    case conditionalRequestConflict = "ConditionalRequestConflict"
    case entityTooLarge = "EntityTooLarge"
    case entityTooSmall = "EntityTooSmall"
    case expiredToken = "ExpiredToken"
    case illegalLocationConstraint = "IllegalLocationConstraintException"
    case incompleteBody = "IncompleteBody"
    case internalError = "InternalError"
    case invalidAccessKeyID = "InvalidAccessKeyId"
    case invalidArgument = "InvalidArgument"
    case invalidBucketACLWithObjectOwnership = "InvalidBucketAclWithObjectOwnership"
    case invalidBucketName = "InvalidBucketName"
    case invalidBucketState = "InvalidBucketState"
    case invalidDigest = "InvalidDigest"
    case invalidEncryptionAlgorithm = "InvalidEncryptionAlgorithmError"
    case invalidLocationConstraint = "InvalidLocationConstraint"
    case invalidObjectState = "InvalidObjectState"
    case invalidPart = "InvalidPart"
    case invalidPartNumber = "InvalidPartNumber"
    case invalidPartOrder = "InvalidPartOrder"
    case invalidRange = "InvalidRange"
    case invalidRequest = "InvalidRequest"
    case invalidTag = "InvalidTag"
    case invalidToken = "InvalidToken"
    case invalidURI = "InvalidURI"
    case keyTooLong = "KeyTooLongError"
    case kmsDisabled = "KMS.DisabledException"
    case kmsInvalidState = "KMS.KMSInvalidStateException"
    case kmsNotFound = "KMS.NotFoundException"
    case malformedACL = "MalformedACLError"
    case malformedPolicy = "MalformedPolicy"
    case malformedTrailer = "MalformedTrailerError"
    case malformedXML = "MalformedXML"
    case maxMessageLengthExceeded = "MaxMessageLengthExceeded"
    case metadataTooLarge = "MetadataTooLarge"
    case methodNotAllowed = "MethodNotAllowed"
    case missingContentLength = "MissingContentLength"
    case missingRequestBody = "MissingRequestBodyError"
    case missingSecurityHeader = "MissingSecurityHeader"
    case noSuchBucket = "NoSuchBucket"
    case noSuchBucketPolicy = "NoSuchBucketPolicy"
    case noSuchConfiguration = "NoSuchConfiguration"
    case noSuchCORSConfiguration = "NoSuchCORSConfiguration"
    case noSuchKey = "NoSuchKey"
    case noSuchLifecycleConfiguration = "NoSuchLifecycleConfiguration"
    case noSuchObjectLockConfiguration = "NoSuchObjectLockConfiguration"
    case noSuchPublicAccessBlockConfiguration = "NoSuchPublicAccessBlockConfiguration"
    case noSuchTagSet = "NoSuchTagSet"
    case noSuchUpload = "NoSuchUpload"
    case noSuchVersion = "NoSuchVersion"
    case noSuchWebsiteConfiguration = "NoSuchWebsiteConfiguration"
    case notImplemented = "NotImplemented"
    case notModified = "NotModified"
    case objectLockConfigurationNotFound = "ObjectLockConfigurationNotFoundError"
    case operationAborted = "OperationAborted"
    case ownershipControlsNotFound = "OwnershipControlsNotFoundError"
    case permanentRedirect = "PermanentRedirect"
    case preconditionFailed = "PreconditionFailed"
    case replicationConfigurationNotFound = "ReplicationConfigurationNotFoundError"
    case requestTimeTooSkewed = "RequestTimeTooSkewed"
    case requestTimeout = "RequestTimeout"
    case serverSideEncryptionConfigurationNotFound = "ServerSideEncryptionConfigurationNotFoundError"
    case serviceUnavailable = "ServiceUnavailable"
    case signatureDoesNotMatch = "SignatureDoesNotMatch"
    case slowDown = "SlowDown"
    case tooManyBuckets = "TooManyBuckets"
    case unexpectedContent = "UnexpectedContent"
    case xAmzContentSHA256Mismatch = "XAmzContentSHA256Mismatch"

    /// The status of the answer.
    package var httpStatus: Int {
        switch self {
        case .notModified: 304
        case .permanentRedirect: 301
        case .accessDenied, .invalidAccessKeyID, .invalidObjectState, .requestTimeTooSkewed, .signatureDoesNotMatch: 403
        case .noSuchBucket, .noSuchBucketPolicy, .noSuchConfiguration, .noSuchCORSConfiguration, .noSuchKey,
            .noSuchLifecycleConfiguration, .noSuchObjectLockConfiguration, .noSuchPublicAccessBlockConfiguration, .noSuchTagSet,
            .noSuchUpload, .noSuchVersion, .noSuchWebsiteConfiguration, .objectLockConfigurationNotFound, .ownershipControlsNotFound,
            .replicationConfigurationNotFound, .serverSideEncryptionConfigurationNotFound:
            404
        case .methodNotAllowed: 405
        case .bucketAlreadyExists, .bucketAlreadyOwnedByYou, .bucketNotEmpty, .conditionalRequestConflict, .invalidBucketState,
            .operationAborted:
            409
        case .missingContentLength: 411
        case .preconditionFailed: 412
        case .invalidPartNumber, .invalidRange: 416
        case .internalError: 500
        case .notImplemented: 501
        case .serviceUnavailable, .slowDown: 503
        default: 400
        }
    }
}
