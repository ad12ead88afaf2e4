import HTTPTypes
import TestSupport
import Testing

/// Every refusal that the path can give, in every dialect, by both ways of asking.
@Suite struct RefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let request: SampleRequest
        var signing = SampleRequest.Signing.right
        let status: Int
        let code: String

        var testDescription: String { "\(request.service) \(request.target) \(signing): \(status) \(code)" }
    }

    private static let ec2 = SampleRequest.form("ec2", "DescribeRegions")
    private static let iam = SampleRequest.form("iam", "ListSigningCertificates")
    private static let kms = SampleRequest.json("kms", "TrentService.ListKeys")
    private static let ebs = SampleRequest.rest("ebs", .get, "/snapshots/snap-1/blocks")
    private static let rbin = SampleRequest.rest("rbin", .get, "/rules/abcdefghijk")
    private static let rbinRule = SampleRequest.rest("rbin", .delete, "/rules/abcdefghijk")
    private static let s3 = SampleRequest.rest("s3", .get, "/a-bucket?acl")

    private static let signatures: [Case] = [
        Case(request: ec2, signing: .absent, status: 403, code: "MissingAuthenticationToken"),
        Case(request: ec2, signing: .otherSecret, status: 401, code: "AuthFailure"),
        Case(request: ec2, signing: .unknownKey, status: 401, code: "AuthFailure"),
        Case(request: ec2, signing: .sessionToken, status: 401, code: "AuthFailure"),
        Case(request: ec2, signing: .old, status: 400, code: "RequestExpired"),
        Case(request: ec2, signing: .otherRegion, status: 401, code: "AuthFailure"),
        Case(request: iam, signing: .otherSecret, status: 403, code: "SignatureDoesNotMatch"),
        Case(request: iam, signing: .unknownKey, status: 403, code: "InvalidClientTokenId"),
        Case(request: iam, signing: .old, status: 403, code: "SignatureDoesNotMatch"),
        Case(request: kms, signing: .absent, status: 400, code: "MissingAuthenticationTokenException"),
        Case(request: kms, signing: .otherSecret, status: 400, code: "InvalidSignatureException"),
        Case(request: kms, signing: .unknownKey, status: 400, code: "UnrecognizedClientException"),
        Case(request: kms, signing: .otherRegion, status: 400, code: "InvalidSignatureException"),
        Case(request: ebs, signing: .absent, status: 403, code: "MissingAuthenticationTokenException"),
        Case(request: ebs, signing: .otherSecret, status: 403, code: "InvalidSignatureException"),
        Case(request: ebs, signing: .unknownKey, status: 403, code: "UnrecognizedClientException"),
        Case(request: rbin, signing: .otherSecret, status: 403, code: "InvalidSignatureException"),
        Case(request: rbin, signing: .otherRegion, status: 403, code: "InvalidSignatureException"),
        Case(request: rbinRule, signing: .absent, status: 403, code: "MissingAuthenticationTokenException"),
        Case(request: s3, signing: .absent, status: 404, code: "NoSuchBucket"),
        Case(request: .rest("s3", .put, "/a-bucket"), signing: .absent, status: 403, code: "AccessDenied"),
        Case(request: s3, signing: .otherSecret, status: 403, code: "SignatureDoesNotMatch"),
        Case(request: s3, signing: .unknownKey, status: 403, code: "InvalidAccessKeyId"),
        Case(request: s3, signing: .old, status: 403, code: "RequestTimeTooSkewed"),
        Case(request: s3, signing: .otherRegion, status: 400, code: "AuthorizationHeaderMalformed"),
    ]

    private static let actions: [Case] = [
        Case(request: .form("ec2", "FlyToTheMoon"), status: 400, code: "InvalidAction"),
        Case(request: .form("ec2", "DescribeRegions", ["Moon": "full"]), status: 400, code: "UnknownParameter"),
        // What the log names of requests is not read by that.
        Case(request: .form("ec2", "DescribeRegions", ["ImageId": "ami-1"]), status: 400, code: "UnknownParameter"),
        Case(request: .form("iam", "ListRoles", ["RoleName": "a"]), status: 400, code: "UnknownParameter"),
        Case(request: .form("ec2", "DeregisterImage"), status: 400, code: "MissingParameter"),
        Case(request: .form("ec2", "DescribeImages", ["DryRun": "true"]), status: 412, code: "DryRunOperation"),
        Case(request: .form("iam", "FlyToTheMoon"), status: 400, code: "InvalidAction"),
        Case(request: .form("sts", "FlyToTheMoon"), status: 400, code: "InvalidAction"),
        Case(request: .json("kms", "TrentService.FlyToTheMoon"), status: 400, code: "UnknownOperationException"),
        Case(request: .json("kms", "TrentService.ListKeys", "{"), status: 400, code: "SerializationException"),
        Case(request: .json("kms", "TrentService.DescribeKey"), status: 400, code: "ValidationException"),
        Case(request: .json("ferry", "Ferry.ModifyThrottling", #"{"Profile":"moon"}"#), status: 400, code: "ValidationException"),
        Case(request: .rest("ebs", .get, "/snapshots"), status: 404, code: "UnknownOperationException"),
        Case(request: .rest("ebs", .get, "/snapshots/snap-1/blocks?moon=full"), status: 400, code: "ValidationException"),
        Case(request: .rest("rbin", .get, "/moons"), status: 404, code: "UnknownOperationException"),
        Case(request: .rest("rbin", .get, "/rules/abcdefghijk"), status: 404, code: "ResourceNotFoundException"),
        Case(request: .rest("rbin", .get, "/rules/abcdefghijk?moon=full"), status: 400, code: "ValidationException"),
        Case(request: s3, status: 404, code: "NoSuchBucket"),
        Case(request: .rest("s3", .put, "/a-bucket?cors"), status: 501, code: "NotImplemented"),
        Case(request: .rest("s3", .get, "/a-bucket?acl", [("x-amz-object-lock-mode", "x")]), status: 501, code: "NotImplemented"),
        Case(request: .form("moon", "Land"), status: 400, code: "UnsupportedOperation"),
    ]

    @Test(.againstHangs, arguments: EdgeDriver.allCases) func everyRefusalIsInItsDialect(_ driver: EdgeDriver) async throws {
        try await Edge.run { edge in
            try await driver.open(edge) { send in
                for refused in Self.signatures + Self.actions {
                    let answer = try await send(refused.request, refused.signing)
                    #expect(answer.status == refused.status, "\(refused.testDescription): \(answer.status) \(answer.body)")
                    #expect(answer.says(refused.code), "\(refused.testDescription): \(answer.body)")
                }
            }
        }
    }

    @Test(.againstHangs, arguments: EdgeDriver.allCases) func bodiesThatAreTooLongAreRefused(_ driver: EdgeDriver) async throws {
        try await Edge.run { edge in
            try await driver.open(edge) { send in
                let limits = [(Self.ec2, 1 << 20, 413), (Self.iam, 1 << 19, 413), (Self.kms, 1 << 18, 400)]
                for (request, bytes, status) in limits {
                    var long = request
                    long.body = Array(repeating: UInt8(ascii: "a"), count: bytes + 1)
                    let answer = try await send(long, .right)
                    #expect(answer.status == status, "\(request.service): \(answer.body)")
                }
            }
        }
    }
}
