import Testing
import Wire

@Suite struct HoistedHeadersTests {
    private static let credential = "AK/20261122/us-east-1/s3/aws4_request"
    private static let digits = String(repeating: "ab", count: 32)
    private static let presigned: [(String, String)] = [
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"), ("X-Amz-Credential", credential), ("X-Amz-Date", "20261122T193432Z"),
        ("X-Amz-Expires", "60"),
        ("X-Amz-SignedHeaders", "host"), ("X-Amz-Security-Token", "t"), ("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"),
        ("X-Amz-Signature", digits),
    ]

    private static func hoisted(_ query: String, authorization: String? = nil) throws -> [String] {
        var headers = [(name: "host", value: "h"), (name: "x-amz-date", value: "20261122T193432Z")]
        if let authorization { headers.append(("authorization", authorization)) }
        let request = SentRequest(method: "PUT", path: "/depot/key", query: query, headers: headers)
        let claim = try #require(try SignatureClaim(request: request))
        return try claim.hoistedHeaders(of: request).map { "\($0.name): \($0.value)" }
    }

    @Test func theQueryOfALinkHoldsHeadersBesideTheSignature() throws {
        let more = [("X-Amz-Meta-By", "a b+c"), ("response-content-type", "text/plain"), ("x-amz-acl", "private"), ("x-id", "PutObject")]
        let query = FormEncoding.encode(Self.presigned + more)
        #expect(try Self.hoisted(query) == ["x-amz-meta-by: a b+c", "x-amz-acl: private"])
        #expect(try Self.hoisted(FormEncoding.encode(Self.presigned)).isEmpty)
    }

    @Test func conditionsInTheQueryOfALinkAreHeaders() throws {
        let date = "Sat, 29 Oct 1994 19:43:31 GMT"
        let conditions = [
            ("If-None-Match", "*"), ("if-match", "\"aa\""), ("If-Modified-Since", date), ("IF-UNMODIFIED-SINCE", date),
            ("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="),
        ]
        let query = FormEncoding.encode(Self.presigned + conditions)
        #expect(
            try Self.hoisted(query) == [
                "if-none-match: *", "if-match: \"aa\"", "if-modified-since: \(date)", "if-unmodified-since: \(date)",
                "content-md5: 1B2M2Y8AsgTpgAmY7PhCfg==",
            ]
        )
    }

    @Test func aHeaderThatIsThereTwiceIsRefused() {
        let query = FormEncoding.encode(Self.presigned + [("x-amz-acl", "private"), ("X-Amz-Acl", "public-read")])
        #expect(throws: SignatureError.self) { try Self.hoisted(query) }
    }

    @Test func aSignatureInAHeaderLeavesTheQueryAlone() throws {
        let header = "AWS4-HMAC-SHA256 Credential=\(Self.credential), SignedHeaders=host;x-amz-date, Signature=\(Self.digits)"
        #expect(try Self.hoisted("x-amz-acl=private", authorization: header).isEmpty)
    }
}
