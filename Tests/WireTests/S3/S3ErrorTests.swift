import Foundation
import Testing
import Wire

@Suite struct S3ErrorTests {
    /// What S3 sends with each code that is answered here: status, elements in their order, message; `~` before a message that is one of
    /// several under its code. From answers of S3 as public test suites and reports have recorded them.
    private static let recorded = """
        AccessDenied|403|HeadersNotSigned X-Amz-Expires Expires ServerTime|~Access Denied
        AccessControlListNotSupported|400||The bucket does not allow ACLs
        AuthorizationHeaderMalformed|400|Region|~The authorization header that you provided is not valid.
        AuthorizationQueryParametersError|400|Region|~The authorization query parameters that you provided are not valid.
        BadDigest|400|ExpectedDigest CalculatedDigest|~The Content-MD5 you specified did not match what we received.
        BadRequest|400||~Bad Request
        BucketAlreadyExists|409|BucketName|The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.
        BucketAlreadyOwnedByYou|409|BucketName|Your previous request to create the named bucket succeeded and you already own it.
        BucketNotEmpty|409|BucketName|~The bucket you tried to delete is not empty
        ConditionalRequestConflict|409|Condition Key|The conditional request cannot succeed due to a conflicting operation against this resource.
        EntityTooLarge|400|ProposedSize MaxSizeAllowed|Your proposed upload exceeds the maximum allowed size
        EntityTooSmall|400|ProposedSize MinSizeAllowed PartNumber ETag|Your proposed upload is smaller than the minimum allowed size
        ExpiredToken|400||The provided token has expired.
        IllegalLocationConstraintException|400||~The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.
        IllegalVersioningConfigurationException|400||The Versioning element must be specified
        IncompleteBody|400||~The request body terminated unexpectedly
        InternalError|500||We encountered an internal error. Please try again.
        InvalidAccessKeyId|403|AWSAccessKeyId|The AWS Access Key Id you provided does not exist in our records.
        InvalidArgument|400|ArgumentName ArgumentValue|~Invalid Argument
        InvalidBucketAclWithBlockPublicAccessError|400||Bucket cannot have public ACLs set with BlockPublicAccess enabled
        InvalidBucketAclWithObjectOwnership|400||Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting
        InvalidBucketName|400|BucketName|The specified bucket is not valid.
        InvalidBucketOwnerAWSAccountID|400||~The value of the expected bucket owner parameter must be an AWS Account ID...
        InvalidDigest|400|Content-MD5|The Content-MD5 you specified was invalid.
        InvalidEncryptionAlgorithmError|400||~The encryption request you specified is not valid. Supported values: AES256, aws:kms.
        InvalidLocationConstraint|400|LocationConstraint|The specified location-constraint is not valid
        InvalidPart|400|UploadId PartNumber ETag|One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.
        InvalidPartNumber|416|PartNumberRequested ActualPartCount|The requested partnumber is not satisfiable
        InvalidPartOrder|400|UploadId|The list of parts was not in ascending order. Parts must be ordered by part number.
        InvalidRange|416|RangeRequested ActualObjectSize|The requested range is not satisfiable
        InvalidRequest|400||~Invalid Request
        InvalidTag|400|TagKey TagValue|~The tag provided was not a valid tag.
        InvalidURI|400|URI|Couldn't parse the specified URI.
        InvalidToken|400||The provided token is malformed or otherwise invalid.
        KeyTooLongError|400|Size MaxSizeAllowed|Your key is too long
        KMS.DisabledException|400||~The KMS key is disabled.
        KMS.KMSInvalidStateException|400||~The KMS key is not valid for this operation in its state.
        KMS.NotFoundException|400||~The KMS key does not exist.
        MalformedACLError|400||~The XML you provided was not well-formed or did not validate against our published schema
        MalformedPolicy|400||~Policies must be valid JSON and the first byte must be '{'
        MalformedTrailerError|400||The request contained trailing data that was not well-formed or did not conform to our published schema.
        MalformedXML|400||The XML you provided was not well-formed or did not validate against our published schema
        MaxMessageLengthExceeded|400|MaxSizeAllowed|Your request was too big.
        MetadataTooLarge|400|Size MaxSizeAllowed|Your metadata headers exceed the maximum allowed metadata size
        MethodNotAllowed|405|Method ResourceType|The specified method is not allowed against this resource.
        MissingContentLength|411||You must provide the Content-Length HTTP header.
        MissingRequestBodyError|400||Request Body is empty
        NoSuchBucket|404|BucketName|The specified bucket does not exist
        NoSuchBucketPolicy|404|BucketName|The bucket policy does not exist
        NoSuchCORSConfiguration|404|BucketName|The CORS configuration does not exist
        NoSuchKey|404|Key|The specified key does not exist.
        NoSuchLifecycleConfiguration|404|BucketName|The lifecycle configuration does not exist
        NoSuchPublicAccessBlockConfiguration|404|BucketName|The public access block configuration was not found
        NoSuchTagSet|404|BucketName|The TagSet does not exist
        NoSuchUpload|404|UploadId|The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.
        NoSuchVersion|404|Key VersionId|The specified version does not exist.
        NoSuchWebsiteConfiguration|404|BucketName|The specified bucket does not have a website configuration
        NotImplemented|501|Header|~A header you provided implies functionality that is not implemented
        NotModified|304||Not Modified
        ObjectLockConfigurationNotFoundError|404|BucketName|Object Lock configuration does not exist for this bucket
        OwnershipControlsNotFoundError|404|BucketName|The bucket ownership controls were not found
        PermanentRedirect|301|Endpoint Bucket Region|The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.
        PreconditionFailed|412|Condition|At least one of the pre-conditions you specified did not hold
        ReplicationConfigurationNotFoundError|404|BucketName|The replication configuration was not found
        RequestTimeTooSkewed|403|RequestTime ServerTime MaxAllowedSkewMilliseconds|The difference between the request time and the current time is too large.
        RequestTimeout|400||Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.
        ServerSideEncryptionConfigurationNotFoundError|404|BucketName|The server side encryption configuration was not found
        ServiceUnavailable|503||~Service is unable to handle request.
        SignatureDoesNotMatch|403|AWSAccessKeyId StringToSign SignatureProvided StringToSignBytes CanonicalRequest CanonicalRequestBytes|The request signature we calculated does not match the signature you provided. Check your key and signing method.
        SlowDown|503||Please reduce your request rate.
        TooManyBuckets|400||You have attempted to create more buckets than allowed
        XAmzContentSHA256Mismatch|400|ClientComputedContentSHA256 S3ComputedContentSHA256|The provided 'x-amz-content-sha256' header does not match what was computed.
        """

    @Test func eachCodeIsSentAsS3SendsIt() {
        let known = S3ErrorCode.allCases.map { code in
            let facts = code.facts
            let elements = facts.elements.map(\.rawValue).joined(separator: " ")
            return "\(code.rawValue)|\(facts.status)|\(elements)|\(facts.isAlwaysSaid ? "" : "~")\(facts.message)"
        }
        #expect(known.sorted() == Self.recorded.split(separator: "\n").map(String.init).sorted())
    }

    /// Each code with all its elements: the request gives what it knows, the error what the request cannot.
    @Test(arguments: S3ErrorCode.allCases)
    func aDocumentHasTheElementsOfItsCodeAndNoOthers(code: S3ErrorCode) throws {
        let target = try RequestTarget("/of-the-request/a%26b?uploadId=u&versionId=v")
        let address = try S3Address(host: "h", path: target.path, baseNames: [])
        let subject = S3ErrorSubject(method: "GET", address: address, query: try S3Query(target.query))
        let error = S3Error(code, details: S3ErrorElement.allCases.filter { subject[$0] == nil }.map { .init($0, "of the error") })
        let document = try XMLNode(parsing: error.document(of: subject, requestID: "r1"))
        let names = code.facts.elements.map(\.rawValue)
        #expect(document.name == "Error")
        #expect(document.children.map(\.name) == ["Code", "Message"] + names + ["additionalMessage", "RequestId", "HostId"])
        #expect((document.text("Code"), document.text("Message")) == (code.rawValue, code.facts.message))
        for name in names {
            let fromRequest = [
                "Method": "GET", "ResourceType": "OBJECT", "BucketName": "of-the-request", "Key": "a&b", "UploadId": "u", "VersionId": "v",
            ]
            #expect(document.text(name) == fromRequest[name] ?? "of the error")
        }
    }

    @Test func theErrorKnowsBetterThanTheRequest() throws {
        let address = try S3Address(host: "h", path: try RequestPath("/target/key"), baseNames: [])
        let subject = S3ErrorSubject(method: "PUT", address: address, query: nil)
        let error = S3Error(.noSuchKey, details: [.init(.key, "of the source")])
        #expect(try XMLNode(parsing: error.document(of: subject, requestID: "r")).text("Key") == "of the source")
        // Nothing is made up where neither knows.
        let bare = try XMLNode(parsing: S3Error(.noSuchVersion).document(of: S3ErrorSubject(), requestID: "r"))
        #expect(bare.children.map(\.name) == ["Code", "Message", "RequestId", "HostId"])
    }
}
