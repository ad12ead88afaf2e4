/// What goes with an error code of S3: the one place that knows it.
package struct S3ErrorFacts: Sendable, Equatable {
    /// That of the answer.
    package let status: Int
    /// What S3 says; where it says this or that under a code, what it says most.
    package let message: String
    /// Whether S3 has only the one message for the code.
    package let isAlwaysSaid: Bool
    /// What S3 tells beside it, in its order.
    package let elements: [S3ErrorElement]

    static func always(_ status: Int, _ message: String, _ elements: S3ErrorElement...) -> S3ErrorFacts {
        S3ErrorFacts(status: status, message: message, isAlwaysSaid: true, elements: elements)
    }

    static func mostly(_ status: Int, _ message: String, _ elements: S3ErrorElement...) -> S3ErrorFacts {
        S3ErrorFacts(status: status, message: message, isAlwaysSaid: false, elements: elements)
    }
}

extension S3ErrorCode {
    package var facts: S3ErrorFacts { Self.known[self] ?? .mostly(400, rawValue) }

    package var httpStatus: Int { facts.status }

    /// Each code; a test holds that none is missing.
    private static let known = ofSignatures.merging(ofBuckets) { $1 }.merging(ofSettings) { $1 }.merging(ofObjects) { $1 }
        .merging(ofUploads) { $1 }.merging(ofBodies) { $1 }.merging(ofRequests) { $1 }

    private static let ofSignatures: [S3ErrorCode: S3ErrorFacts] = [
        .accessDenied: .mostly(403, "Access Denied", .headersNotSigned, .xAmzExpires, .expires, .serverTime),
        .authorizationHeaderMalformed: .mostly(400, "The authorization header that you provided is not valid.", .region),
        .authorizationQueryParametersError: .mostly(400, "The authorization query parameters that you provided are not valid.", .region),
        .expiredToken: .always(400, "The provided token has expired."),
        .invalidToken: .always(400, "The provided token is malformed or otherwise invalid."),
        .invalidAccessKeyID: .always(403, "The AWS Access Key Id you provided does not exist in our records.", .accessKeyID),
        .requestTimeTooSkewed: .always(
            403,
            "The difference between the request time and the current time is too large.",
            .requestTime,
            .serverTime,
            .maxAllowedSkewMilliseconds
        ),
        .signatureDoesNotMatch: .always(
            403,
            "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
            .accessKeyID,
            .stringToSign,
            .signatureProvided,
            .stringToSignBytes,
            .canonicalRequest,
            .canonicalRequestBytes
        ),
    ]

    private static let ofBuckets: [S3ErrorCode: S3ErrorFacts] = [
        .bucketAlreadyExists: .always(
            409,
            "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
                + "Please select a different name and try again.",
            .bucketName
        ),
        .bucketAlreadyOwnedByYou: .always(
            409,
            "Your previous request to create the named bucket succeeded and you already own it.",
            .bucketName
        ),
        .bucketNotEmpty: .mostly(409, "The bucket you tried to delete is not empty", .bucketName),
        .illegalLocationConstraint: .mostly(
            400,
            "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to."
        ),
        .invalidBucketName: .always(400, "The specified bucket is not valid.", .bucketName),
        .invalidBucketOwner: .mostly(400, "The value of the expected bucket owner parameter must be an AWS Account ID..."),
        .invalidLocationConstraint: .always(400, "The specified location-constraint is not valid", .locationConstraint),
        .noSuchBucket: .always(404, "The specified bucket does not exist", .bucketName),
        .permanentRedirect: .always(
            301,
            "The bucket you are attempting to access must be addressed using the specified endpoint. "
                + "Please send all future requests to this endpoint.",
            .endpoint,
            .bucket,
            .region
        ),
        .tooManyBuckets: .always(400, "You have attempted to create more buckets than allowed"),
    ]

    private static let ofSettings: [S3ErrorCode: S3ErrorFacts] = [
        .accessControlListNotSupported: .always(400, "The bucket does not allow ACLs"),
        .illegalVersioningConfiguration: .always(400, "The Versioning element must be specified"),
        .invalidBucketACLWithBlockPublicAccess: .always(
            400,
            "Bucket cannot have public ACLs set with BlockPublicAccess enabled"
        ),
        .invalidBucketACLWithObjectOwnership: .always(
            400,
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
        ),
        .malformedACL: .mostly(400, "The XML you provided was not well-formed or did not validate against our published schema"),
        .malformedPolicy: .mostly(400, "Policies must be valid JSON and the first byte must be '{'"),
        .noSuchBucketPolicy: .always(404, "The bucket policy does not exist", .bucketName),
        .noSuchCORSConfiguration: .always(404, "The CORS configuration does not exist", .bucketName),
        .noSuchLifecycleConfiguration: .always(404, "The lifecycle configuration does not exist", .bucketName),
        .noSuchPublicAccessBlockConfiguration: .always(404, "The public access block configuration was not found", .bucketName),
        .noSuchTagSet: .always(404, "The TagSet does not exist", .bucketName),
        .noSuchWebsiteConfiguration: .always(404, "The specified bucket does not have a website configuration", .bucketName),
        .objectLockConfigurationNotFound: .always(404, "Object Lock configuration does not exist for this bucket", .bucketName),
        .ownershipControlsNotFound: .always(404, "The bucket ownership controls were not found", .bucketName),
        .replicationConfigurationNotFound: .always(404, "The replication configuration was not found", .bucketName),
        .serverSideEncryptionConfigurationNotFound: .always(404, "The server side encryption configuration was not found", .bucketName),
    ]

    private static let ofObjects: [S3ErrorCode: S3ErrorFacts] = [
        .conditionalRequestConflict: .always(
            409,
            "The conditional request cannot succeed due to a conflicting operation against this resource.",
            .condition,
            .key
        ),
        .invalidEncryptionAlgorithm: .mostly(400, "The encryption request you specified is not valid. Supported values: AES256, aws:kms."),
        .invalidPartNumber: .always(416, "The requested partnumber is not satisfiable", .partNumberRequested, .actualPartCount),
        .invalidRange: .always(416, "The requested range is not satisfiable", .rangeRequested, .actualObjectSize),
        .invalidTag: .mostly(400, "The tag provided was not a valid tag.", .tagKey, .tagValue),
        .keyTooLong: .always(400, "Your key is too long", .size, .maxSizeAllowed),
        .kmsDisabled: .mostly(400, "The KMS key is disabled."),
        .kmsInvalidState: .mostly(400, "The KMS key is not valid for this operation in its state."),
        .kmsNotFound: .mostly(400, "The KMS key does not exist."),
        .metadataTooLarge: .always(400, "Your metadata headers exceed the maximum allowed metadata size", .size, .maxSizeAllowed),
        .noSuchKey: .always(404, "The specified key does not exist.", .key),
        .noSuchVersion: .always(404, "The specified version does not exist.", .key, .versionID),
        .notModified: .always(304, "Not Modified"),
        .preconditionFailed: .always(412, "At least one of the pre-conditions you specified did not hold", .condition),
    ]

    private static let ofUploads: [S3ErrorCode: S3ErrorFacts] = [
        .entityTooLarge: .always(400, "Your proposed upload exceeds the maximum allowed size", .proposedSize, .maxSizeAllowed),
        .entityTooSmall: .always(
            400,
            "Your proposed upload is smaller than the minimum allowed size",
            .proposedSize,
            .minSizeAllowed,
            .partNumber,
            .eTag
        ),
        .invalidPart: .always(
            400,
            "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag "
                + "may not match the part's entity tag.",
            .uploadID,
            .partNumber,
            .eTag
        ),
        .invalidPartOrder: .always(
            400,
            "The list of parts was not in ascending order. Parts must be ordered by part number.",
            .uploadID
        ),
        .noSuchUpload: .always(
            404,
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
            .uploadID
        ),
    ]

    private static let ofBodies: [S3ErrorCode: S3ErrorFacts] = [
        .badDigest: .mostly(
            400,
            "The Content-MD5 you specified did not match what we received.",
            .expectedDigest,
            .calculatedDigest
        ),
        .incompleteBody: .mostly(400, "The request body terminated unexpectedly"),
        .invalidDigest: .always(400, "The Content-MD5 you specified was invalid.", .contentMD5),
        .malformedTrailer: .always(
            400,
            "The request contained trailing data that was not well-formed or did not conform to our published schema."
        ),
        .malformedXML: .always(400, "The XML you provided was not well-formed or did not validate against our published schema"),
        .maxMessageLengthExceeded: .always(400, "Your request was too big.", .maxSizeAllowed),
        .missingContentLength: .always(411, "You must provide the Content-Length HTTP header."),
        .missingRequestBody: .always(400, "Request Body is empty"),
        .xAmzContentSHA256Mismatch: .always(
            400,
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
            .clientComputedContentSHA256,
            .s3ComputedContentSHA256
        ),
    ]

    private static let ofRequests: [S3ErrorCode: S3ErrorFacts] = [
        .badRequest: .mostly(400, "Bad Request"),
        .internalError: .always(500, "We encountered an internal error. Please try again."),
        .invalidArgument: .mostly(400, "Invalid Argument", .argumentName, .argumentValue),
        .invalidRequest: .mostly(400, "Invalid Request"),
        .invalidURI: .always(400, "Couldn't parse the specified URI.", .uri),
        .methodNotAllowed: .always(405, "The specified method is not allowed against this resource.", .method, .resourceType),
        .notImplemented: .mostly(501, "A header you provided implies functionality that is not implemented", .header),
        .requestTimeout: .always(
            400,
            "Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed."
        ),
        .serviceUnavailable: .mostly(503, "Service is unable to handle request."),
        .slowDown: .always(503, "Please reduce your request rate."),
    ]
}
