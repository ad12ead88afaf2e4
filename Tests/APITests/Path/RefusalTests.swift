import API
import Blocks
import HTTPTypes
import Metadata
import TestSupport
import Testing

/// Every refusal that the path can give, of every service of the registry, by both ways of asking.
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
    private static let s3 = SampleRequest.rest("s3", .get, "/a-bucket?acl")

    /// What a service says of signatures that are no good, and of an action that it has not.
    struct Words: Sendable {
        /// A request that reads.
        let request: SampleRequest
        let absent, otherSecret, unknownKey, sessionToken, old: (status: Int, code: String)
        /// Nil for services that are the same in every Region.
        let otherRegion: (status: Int, code: String)?
        let unknownAction: (request: SampleRequest, status: Int, code: String)
    }

    private static func query(_ service: String, _ action: String) -> Words {
        Words(
            request: .form(service, action),
            absent: (403, "MissingAuthenticationToken"),
            otherSecret: (403, "SignatureDoesNotMatch"),
            unknownKey: (403, "InvalidClientTokenId"),
            sessionToken: (403, "InvalidClientTokenId"),
            old: (403, "SignatureDoesNotMatch"),
            otherRegion: nil,
            unknownAction: (.form(service, "FlyToTheMoon"), 400, "InvalidAction")
        )
    }

    private static func json(_ service: String, _ prefix: String, _ action: String, isGlobal: Bool = false) -> Words {
        Words(
            request: .json(service, "\(prefix).\(action)"),
            absent: (400, "MissingAuthenticationTokenException"),
            otherSecret: (400, "InvalidSignatureException"),
            unknownKey: (400, "UnrecognizedClientException"),
            sessionToken: (400, "UnrecognizedClientException"),
            old: (400, "InvalidSignatureException"),
            otherRegion: isGlobal ? nil : (400, "InvalidSignatureException"),
            unknownAction: (.json(service, "\(prefix).FlyToTheMoon"), 400, "UnknownOperationException")
        )
    }

    private static func rest(_ request: SampleRequest, unknown target: String) -> Words {
        Words(
            request: request,
            absent: (403, "MissingAuthenticationTokenException"),
            otherSecret: (403, "InvalidSignatureException"),
            unknownKey: (403, "UnrecognizedClientException"),
            sessionToken: (403, "UnrecognizedClientException"),
            old: (403, "InvalidSignatureException"),
            otherRegion: (403, "InvalidSignatureException"),
            unknownAction: (.rest(request.service, .get, target), 404, "UnknownOperationException")
        )
    }

    /// Of every service.
    private static let words: [String: Words] = [
        "ebs": rest(.rest("ebs", .get, "/snapshots/snap-1/blocks"), unknown: "/snapshots"),
        "ec2": Words(
            request: ec2,
            absent: (403, "MissingAuthenticationToken"),
            otherSecret: (401, "AuthFailure"),
            unknownKey: (401, "AuthFailure"),
            sessionToken: (401, "AuthFailure"),
            old: (400, "RequestExpired"),
            otherRegion: (401, "AuthFailure"),
            unknownAction: (.form("ec2", "FlyToTheMoon"), 400, "InvalidAction")
        ),
        "ferry": json("ferry", "Ferry", "DescribeThrottling"),
        "iam": query("iam", "ListUsers"),
        "kms": json("kms", "TrentService", "ListKeys"),
        "organizations": json("organizations", "AWSOrganizationsV20161128", "ListRoots", isGlobal: true),
        "rbin": rest(.rest("rbin", .delete, "/rules/abcdefghijk"), unknown: "/moons"),
        "s3": Words(
            request: s3,
            absent: (404, "NoSuchBucket"),
            otherSecret: (403, "SignatureDoesNotMatch"),
            unknownKey: (403, "InvalidAccessKeyId"),
            sessionToken: (400, "InvalidToken"),
            old: (403, "RequestTimeTooSkewed"),
            otherRegion: (400, "AuthorizationHeaderMalformed"),
            unknownAction: (.rest("s3", .put, "/a-bucket?cors"), 501, "NotImplemented")
        ),
        "servicequotas": json("servicequotas", "ServiceQuotasV20190624", "ListServices"),
        "sts": query("sts", "GetCallerIdentity"),
    ]

    /// What is told to be missing is missing.
    @Test func noActionIsAbsentAndThere() {
        let there = Set(RegisteredAction.all.filter { $0.service == "ec2" }.map(\.name))
        #expect(AbsentActions.names.intersection(there) == [])
    }

    @Test func noServiceIsWithoutItsWords() {
        let services = Set(RegisteredAction.all.map(\.service))
        #expect(Set(Self.words.keys) == services)
        #expect(Set(Self.troubles.keys) == services)
    }

    private static var signatures: [Case] {
        words.values.flatMap { words in
            let refused: [(SampleRequest.Signing, (status: Int, code: String)?)] = [
                (.absent, words.absent), (.otherSecret, words.otherSecret), (.unknownKey, words.unknownKey),
                (.sessionToken, words.sessionToken), (.old, words.old), (.otherRegion, words.otherRegion),
            ]
            return refused.compactMap { signing, said in
                said.map { Case(request: words.request, signing: signing, status: $0.status, code: $0.code) }
            } + [Case(request: words.unknownAction.request, status: words.unknownAction.status, code: words.unknownAction.code)]
        } + [Case(request: .rest("s3", .put, "/a-bucket"), signing: .absent, status: 403, code: "AccessDenied")]
    }

    private static let actions: [Case] = [
        Case(request: .form("ec2", "DescribeRegions", ["Moon": "full"]), status: 400, code: "UnknownParameter"),
        // What the log names of requests is not read by that.
        Case(request: .form("ec2", "DescribeRegions", ["ImageId": "ami-1"]), status: 400, code: "UnknownParameter"),
        Case(request: .form("iam", "ListRoles", ["RoleName": "a"]), status: 400, code: "UnknownParameter"),
        Case(request: .form("ec2", "DeregisterImage"), status: 400, code: "MissingParameter"),
        Case(request: .form("ec2", "DescribeImages", ["DryRun": "true"]), status: 412, code: "DryRunOperation"),
        Case(request: .json("kms", "TrentService.ListKeys", "{"), status: 400, code: "SerializationException"),
        Case(request: .json("kms", "TrentService.DescribeKey"), status: 400, code: "ValidationException"),
        Case(request: .json("ferry", "Ferry.ModifyThrottling", #"{"Profile":"moon"}"#), status: 400, code: "ValidationException"),
        Case(request: .rest("ebs", .get, "/snapshots/snap-1/blocks?moon=full"), status: 400, code: "ValidationException"),
        Case(request: .rest("rbin", .get, "/rules/abcdefghijk"), status: 404, code: "ResourceNotFoundException"),
        Case(request: .rest("rbin", .get, "/rules/abcdefghijk?moon=full"), status: 400, code: "ValidationException"),
        Case(request: s3, status: 404, code: "NoSuchBucket"),
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

    /// What a service says when it is not the request that is wrong.
    struct Troubles: Sendable {
        /// An action that writes rows; nil where the service has none that does while it is called.
        let writing: String?
        /// A request with a body that is read whole; nil for S3, whose bodies are read as they come.
        let withBody: String?
        let busy: (status: Int, code: String)
        let unavailable: (status: Int, code: String)
        let noSpace: (status: Int, code: String)
        let internalError: (status: Int, code: String)
    }

    private static let troubles: [String: Troubles] = [
        "ebs": Troubles(
            writing: "StartSnapshot",
            withBody: "StartSnapshot",
            busy: (400, "RequestThrottledException"),
            unavailable: (503, "ServiceUnavailable"),
            noSpace: (402, "ServiceQuotaExceededException"),
            internalError: (500, "InternalServerException")
        ),
        "ec2": Troubles(
            writing: "CreateKeyPair",
            withBody: "DescribeRegions",
            busy: (503, "Unavailable"),
            unavailable: (503, "Unavailable"),
            noSpace: (400, "ResourceLimitExceeded"),
            internalError: (500, "InternalError")
        ),
        "ferry": Troubles(
            writing: nil,
            withBody: "DescribeThrottling",
            busy: (400, "ThrottlingException"),
            unavailable: (503, "ServiceUnavailable"),
            noSpace: (503, "ServiceUnavailable"),
            internalError: (500, "InternalFailure")
        ),
        "iam": Troubles(
            writing: "CreateGroup",
            withBody: "ListUsers",
            busy: (400, "Throttling"),
            unavailable: (503, "ServiceUnavailable"),
            noSpace: (500, "ServiceFailure"),
            internalError: (500, "ServiceFailure")
        ),
        "kms": Troubles(
            writing: "CreateKey",
            withBody: "ListKeys",
            busy: (400, "ThrottlingException"),
            unavailable: (503, "DependencyTimeoutException"),
            noSpace: (400, "LimitExceededException"),
            internalError: (500, "KMSInternalException")
        ),
        "organizations": Troubles(
            writing: "CreateAccount",
            withBody: "ListRoots",
            busy: (400, "ThrottlingException"),
            unavailable: (503, "ServiceUnavailable"),
            noSpace: (503, "ServiceException"),
            internalError: (500, "ServiceException")
        ),
        "rbin": Troubles(
            writing: "CreateRule",
            withBody: "CreateRule",
            busy: (429, "ThrottlingException"),
            unavailable: (503, "ServiceUnavailable"),
            noSpace: (402, "ServiceQuotaExceededException"),
            internalError: (500, "InternalServerException")
        ),
        "s3": Troubles(
            writing: "DeleteBucketTagging",
            withBody: nil,
            busy: (503, "SlowDown"),
            unavailable: (503, "ServiceUnavailable"),
            noSpace: (503, "ServiceUnavailable"),
            internalError: (500, "InternalError")
        ),
        "servicequotas": Troubles(
            writing: "RequestServiceQuotaIncrease",
            withBody: "ListServices",
            busy: (400, "ThrottlingException"),
            unavailable: (503, "ServiceUnavailable"),
            noSpace: (503, "ServiceException"),
            internalError: (500, "ServiceException")
        ),
        "sts": Troubles(
            writing: nil,
            withBody: "GetCallerIdentity",
            busy: (400, "Throttling"),
            unavailable: (503, "ServiceUnavailable"),
            noSpace: (500, "InternalFailure"),
            internalError: (500, "InternalFailure")
        ),
    ]

    private struct Unheard: Error {}

    /// The commit fails, as it does when the database is away, when the disk is full, and when nobody knows why.
    @Test(.againstHangs) func whatFailsOnOurSideIsToldInTheWordsOfTheService() async throws {
        let away = DatabaseUnavailable(place: "the database", cause: Unheard())
        let full = StoreError(.noSpace, "the disk is full")
        let failures: [(error: any Error & Sendable, said: @Sendable (Troubles) -> (status: Int, code: String))] = [
            (away, { $0.unavailable }), (full, { $0.noSpace }), (Unheard(), { $0.internalError }),
        ]
        for (error, said) in failures {
            try await Edge.run { edge in
                let world = try await ActionWorld(edge)
                try await world.allow(#"{"Effect":"Allow","Action":"*","Resource":"*"}"#)
                edge.failCommits(with: error)
                for (service, troubles) in Self.troubles {
                    guard let action = troubles.writing else { continue }
                    let sample = try #require(ActionSamples.request(service, action))
                    let answer = try await world.answer(to: sample)
                    let expected = said(troubles)
                    #expect(answer.status == expected.status, "\(service) \(error): \(answer.status) \(answer.body)")
                    #expect(answer.says(expected.code), "\(service) \(error): \(answer.body)")
                }
            }
        }
    }

    /// There is no memory for the body of another request.
    @Test(.againstHangs) func whoeverComesWhileTheServerIsBusyIsToldInTheWordsOfTheService() async throws {
        try await Edge.run(bodyBytes: 0) { edge in
            let byToken = try await edge.answer(
                to: .form("sts", "AssumeRoleWithWebIdentity", ["RoleArn": "r", "RoleSessionName": "s", "WebIdentityToken": "t"]),
                signed: .absent,
                by: edge.credential
            )
            #expect(byToken.status == 400 && byToken.says("Throttling"), "\(byToken.status) \(byToken.body)")
            for (service, troubles) in Self.troubles {
                guard let action = troubles.withBody else { continue }
                let answer = try await edge.answer(to: try #require(ActionSamples.request(service, action)), by: edge.credential)
                #expect(answer.status == troubles.busy.status, "\(service): \(answer.status) \(answer.body)")
                #expect(answer.says(troubles.busy.code), "\(service): \(answer.body)")
            }
        }
    }
}
