import Foundation
import Testing
import Wire

@Suite struct SignatureClaimTests {
    private static let digits = String(repeating: "ab", count: 32)
    private static let credential = "AK/20261122/us-east-1/ec2/aws4_request"

    private static func request(authorization: String?, query: String = "", date: String? = "20261122T193432Z") -> SentRequest {
        var headers = [(name: "host", value: "h")]
        if let date { headers.append(("x-amz-date", date)) }
        if let authorization { headers.append(("authorization", authorization)) }
        return SentRequest(method: "GET", path: "/", query: query, headers: headers)
    }

    private static func header(credential: String = credential, signed: String = "host;x-amz-date", signature: String = digits) -> String {
        "AWS4-HMAC-SHA256 Credential=\(credential), SignedHeaders=\(signed), Signature=\(signature)"
    }

    /// A nil takes the parameter away.
    private static func query(_ changes: KeyValuePairs<String, String?> = [:]) -> String {
        var parameters: [String: String?] = [
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": credential, "X-Amz-Date": "20261122T193432Z",
            "X-Amz-Expires": "60", "X-Amz-SignedHeaders": "host", "X-Amz-Signature": digits,
        ]
        for (name, value) in changes { parameters.updateValue(value, forKey: name) }
        return FormEncoding.encode(parameters.sorted { $0.key < $1.key }.compactMap { pair in pair.value.map { (pair.key, $0) } })
    }

    @Test func anUnsignedRequestHasNoClaim() throws {
        #expect(try SignatureClaim(request: Self.request(authorization: nil)) == nil)
        #expect(try SignatureClaim(request: Self.request(authorization: nil, query: "a=1&x-amz-signature=1")) == nil)
    }

    @Test func theHeaderIsReadWithAndWithoutSpaces() throws {
        for header in [Self.header(), Self.header().replacingOccurrences(of: ", ", with: ",")] {
            let claim = try #require(try SignatureClaim(request: Self.request(authorization: header)))
            #expect(claim.accessKeyID == "AK")
            #expect(claim.signedHeaders == ["host", "x-amz-date"])
            #expect(claim.signature == Self.digits)
            #expect(claim.payloadDeclaration == .absent)
            #expect(!claim.isPresigned)
        }
    }

    @Test(arguments: [
        "", "Basic YTpi", "Bearer x", "AWS AK:sig", "AWS4-HMAC-SHA512 Credential=x", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 ",
        "AWS4-HMAC-SHA256 Credential=\(credential), SignedHeaders=host;x-amz-date",
        "AWS4-HMAC-SHA256 Credential=\(credential), Signature=\(digits)",
        "AWS4-HMAC-SHA256 SignedHeaders=host;x-amz-date, Signature=\(digits)",
        header() + ", Extra=1", header() + ", Signature=\(digits)", header() + ",", header(signature: "abc"),
        header(signature: digits.uppercased()), header(credential: "AK"), header(credential: "AK/20261122/us-east-1/ec2"),
        header(credential: "AK/20261122/us-east-1/ec2/aws5_request"), header(credential: "AK//us-east-1/ec2/aws4_request"),
        header(credential: "A/B/20261122/us-east-1/ec2/aws4_request"), header(credential: "AK/20261123/us-east-1/ec2/aws4_request"),
        header(signed: "x-amz-date"), header(signed: "host"), header(signed: "x-amz-date;host"), header(signed: "host;host;x-amz-date"),
        header(signed: "Host;x-amz-date"), header(signed: "host;;x-amz-date"),
    ])
    func refusesHeadersThatSayTooLittleOrTooMuch(_ header: String) {
        #expect(throws: SignatureError.self) { try SignatureClaim(request: Self.request(authorization: header)) }
    }

    @Test func aDateHeaderServesWhereThereIsNoOther() throws {
        var request = Self.request(authorization: Self.header(signed: "date;host"), date: nil)
        #expect(throws: SignatureError.incomplete("x-amz-date")) { try SignatureClaim(request: request) }
        request.headers.append(("Date", "Sun, 22 Nov 2026 19:34:32 GMT"))
        #expect(try SignatureClaim(request: request)?.date == Date(timeIntervalSince1970: 1_795_376_072))
        request.headers.append(("X-Amz-Date", "20261122T193433Z"))
        #expect(throws: SignatureError.self, "the date that counts is not signed") { try SignatureClaim(request: request) }
    }

    @Test func aDateThatCannotBeReadIsRefused() {
        for date in ["", "yesterday", "2026-11-22T19:34:32Z"] {
            #expect(throws: SignatureError.self) { try SignatureClaim(request: Self.request(authorization: Self.header(), date: date)) }
        }
    }

    @Test func presignedRequestsAreRead() throws {
        let request = Self.request(authorization: nil, query: Self.query(["X-Amz-Security-Token": "t/+"]), date: nil)
        let claim = try #require(try SignatureClaim(request: request))
        #expect(claim.expiresSeconds == 60)
        #expect(claim.sessionToken == "t/+")
        #expect(claim.scope.service == "ec2")
    }

    @Test func aMissingLifeIsFilledInOnlyOnRequest() throws {
        let request = Self.request(authorization: nil, query: Self.query(["X-Amz-Expires": nil]), date: nil)
        #expect(throws: SignatureError.incomplete("X-Amz-Expires")) { try SignatureClaim(request: request) }
        #expect(try SignatureClaim(request: request, presignedExpiryDefault: 3600)?.expiresSeconds == 3600)
        let broken = Self.request(authorization: nil, query: Self.query(["X-Amz-Expires": "soon"]), date: nil)
        #expect(throws: SignatureError.self) { try SignatureClaim(request: broken, presignedExpiryDefault: 3600) }
    }

    @Test(arguments: ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Signature"])
    func aPresignedRequestNeedsEveryPart(_ name: String) {
        for value in [nil, "", "x"] as [String?] {
            let request = Self.request(authorization: nil, query: Self.query([name: value]), date: nil)
            #expect(throws: SignatureError.self, "\(name)=\(value ?? "nil")") { try SignatureClaim(request: request) }
        }
        let twice = Self.request(authorization: nil, query: Self.query() + "&\(name)=x", date: nil)
        #expect(throws: SignatureError.self) { try SignatureClaim(request: twice) }
    }

    @Test func twoSignaturesAreRefused() {
        let both = Self.request(authorization: Self.header(), query: Self.query())
        #expect(throws: SignatureError.self) { try SignatureClaim(request: both) }
        var twice = Self.request(authorization: Self.header())
        twice.headers.append(("Authorization", Self.header()))
        #expect(throws: SignatureError.self) { try SignatureClaim(request: twice) }
    }

    @Test func theDeclarationSaysWhetherToHash() throws {
        func declaration(_ value: String, service: String = "ec2") throws -> PayloadDeclaration? {
            let header = Self.header(credential: "AK/20261122/us-east-1/\(service)/aws4_request")
            var request = Self.request(authorization: header)
            request.headers.append(("X-Amz-Content-Sha256", value))
            return try SignatureClaim(request: request)?.payloadDeclaration
        }
        #expect(try declaration("UNSIGNED-PAYLOAD") == .unsigned)
        #expect(try declaration(Self.digits) == .hash(Self.digits))
        let streaming = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
        #expect(try declaration(streaming, service: "s3") == .streaming(streaming))
        #expect(throws: SignatureError.self) { try declaration(streaming) }
        #expect(throws: SignatureError.self) { try declaration("abc") }
    }

    @Test func aSecretIsNotShown() {
        let credential = Credential(accessKeyID: "AK", secretAccessKey: "hush", sessionToken: "quiet")
        var dumped = ""
        dump(credential, to: &dumped)
        for text in ["\(credential)", String(reflecting: credential), dumped] {
            #expect(!text.contains("hush"))
            #expect(!text.contains("quiet"))
        }
    }
}
