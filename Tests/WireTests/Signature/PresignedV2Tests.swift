import Foundation
import Testing
import Wire

/// URLs made by HmacV1QueryAuth of botocore 1.43.11 with its clock held at 2026-11-22T19:34:32Z and a life of an hour.
@Suite struct PresignedV2Tests {
    struct URL: Sendable, CustomTestStringConvertible {
        let method: String
        let path: String
        let query: String
        var headers: [(name: String, value: String)] = []
        var bucketInHost: String?

        var testDescription: String { "\(method) \(path)?\(query.prefix(30))" }
        var request: SentRequest {
            SentRequest(method: method, path: path, query: query, headers: [(name: "host", value: "h")] + headers)
        }
    }

    private static let expires = Date(timeIntervalSince1970: 1_795_379_672)
    private static let end = "&Expires=1795379672"
    private static let key = "AWSAccessKeyId=AKIAFERRYTEST0000001"

    static let all = [
        URL(method: "GET", path: "/b/a%20b%2Bc/%C3%BC//./..", query: "\(key)&Signature=DYEB39WkQ7m%2FkRqEF%2FZT2Gg9UbY%3D\(end)"),
        URL(method: "HEAD", path: "/b/k", query: "versionId=3%2F4&\(key)&Signature=67m3ELCE6XvUrwGCxE41HRYpHMg%3D\(end)"),
        URL(
            method: "GET",
            path: "/b/k",
            query: "response-content-type=text%2Fplain&response-content-disposition=attachment%3B%20filename%3D%22a%20b%22&x-id=GetObject&"
                + "\(key)&Signature=GGBOMihi6eUgcHIxsvCq2%2BOhkWw%3D\(end)"
        ),
        URL(
            method: "PUT",
            path: "/k",
            query: "\(key)&Signature=CZ9BE8b60XHy%2BuhVvJXFZpelwS8%3D&content-type=text%2Fplain&x-amz-acl=public-read\(end)",
            headers: [("Content-Type", "text/plain")],
            bucketInHost: "b"
        ),
        URL(
            method: "GET",
            path: "/b/k",
            query: "\(key)&Signature=KaGG0tg0IF3A%2FAL3f4K8cYJm4Ic%3D&x-amz-security-token=tok%2Fen%2B%3D\(end)"
        ),
        URL(
            method: "PUT",
            path: "/b/k",
            query: "partNumber=2&uploadId=u%2B1&\(key)&Signature=ihOjgDSuC1l%2FnAt41CK5viBYbME%3D\(end)"
        ),
        URL(method: "GET", path: "/b", query: "acl&\(key)&Signature=JqOOkpLIuGyaiJSXCI9AMPSkl6U%3D\(end)"),
    ]

    private static func verify(_ url: URL, secret: String = SignatureVector.secretAccessKey, now: Date = expires) throws {
        let claim = try #require(try PresignedV2Claim(request: url.request))
        #expect(claim.accessKeyID == SignatureVector.accessKeyID)
        try claim.verify(request: url.request, secretAccessKey: secret, bucketInHost: url.bucketInHost, now: now)
    }

    @Test(arguments: all)
    func isVerifiedUntilItExpires(_ url: URL) throws {
        try Self.verify(url)
        #expect(throws: SignatureError.mismatch) { try Self.verify(url, secret: "another") }
        #expect(throws: SignatureError.self) { try Self.verify(url, now: Self.expires + 1) }
    }

    @Test(arguments: all)
    func isRefusedWhenItWasChanged(_ url: URL) {
        let changes: [(inout URL) -> Void] = [
            { $0 = URL(method: $0.method == "GET" ? "PUT" : "GET", path: $0.path, query: $0.query, bucketInHost: $0.bucketInHost) },
            { $0 = URL(method: $0.method, path: $0.path + "x", query: $0.query, headers: $0.headers, bucketInHost: $0.bucketInHost) },
            { $0.bucketInHost = $0.bucketInHost == nil ? "b" : nil },
            { $0.headers.append(("x-amz-copy-source", "b/secret")) },
            { $0.headers = [("Content-Type", "text/html")] },
            { $0 = URL(method: $0.method, path: $0.path, query: "policy&" + $0.query, headers: $0.headers, bucketInHost: $0.bucketInHost) },
            {
                $0 = URL(
                    method: $0.method,
                    path: $0.path,
                    query: "encryption&" + $0.query,
                    headers: $0.headers,
                    bucketInHost: $0.bucketInHost
                )
            },
        ]
        for (index, change) in changes.enumerated() {
            var changed = url
            change(&changed)
            #expect(throws: SignatureError.self, "\(index)") { try Self.verify(changed) }
        }
    }

    @Test(arguments: [
        "AWSAccessKeyId=", "\(key)&Signature=x\(end)", "\(key)&Signature=DYEB39WkQ7m%2FkRqEF%2FZT2Gg9UbY%3D",
        "\(key)&Signature=DYEB39WkQ7m%2FkRqEF%2FZT2Gg9UbY%3D&Expires=soon",
        "\(key)&Signature=DYEB39WkQ7m%2FkRqEF%2FZT2Gg9UbY%3D&Expires=-1",
        "\(key)&\(key)&Signature=DYEB39WkQ7m%2FkRqEF%2FZT2Gg9UbY%3D\(end)",
        "\(key)&Signature=DYEB39WkQ7m%2FkRqEF%2FZT2Gg9UbY%3D\(end)&If-None-Match=*",
        "\(key)&Signature=DYEB39WkQ7m%2FkRqEF%2FZT2Gg9UbY%3D\(end)&if%2Dmatch=aa",
    ])
    func brokenSignaturesAreRefused(_ query: String) {
        #expect(throws: SignatureError.self) { try PresignedV2Claim(request: URL(method: "GET", path: "/b/k", query: query).request) }
    }

    @Test func otherRequestsHaveNone() throws {
        #expect(try PresignedV2Claim(request: URL(method: "GET", path: "/", query: "Signature=1&Expires=1").request) == nil)
        let delete = URL(method: "DELETE", path: "/b/k", query: Self.all[0].query)
        #expect(throws: SignatureError.self) { try PresignedV2Claim(request: delete.request) }
    }

    /// The same clock and S3SigV4QueryAuth: keys that are no paths, and a parameter without a value.
    @Test(arguments: [
        ("/b/a%20b%2Bc/%C3%BC//./..", "", "60132ac4139d6ae66cdc5445a9856f3546e703e02d8b2d251604a1bceda3fe6b"),
        ("/b/k", "tagging=&versionId=&", "ac557660f6268c072540f126eda2e08d1c9cb3a7061c7d68f9e85d3180ee1ea5"),
        ("/b", "list-type=2&prefix=a%20b%2B&delimiter=%2F&", "31b2f8789a808c5813c0020bbbff2b54e8637b163fdfbaac28e968514d6a4e7b"),
    ])
    func versionFourAgreesOnKeysAndEmptyValues(_ path: String, query: String, signature: String) throws {
        let all =
            query
            + "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAFERRYTEST0000001%2F20261122%2Feu-west-1%2Fs3%2Faws4_request"
            + "&X-Amz-Date=20261122T193432Z&X-Amz-Expires=600&X-Amz-SignedHeaders=host&X-Amz-Signature=\(signature)"
        let request = SentRequest(method: "GET", path: path, query: all, headers: [(name: "host", value: "127.0.0.1:4566")])
        let claim = try #require(try SignatureClaim(request: request))
        let now = Date(timeIntervalSince1970: 1_795_376_072)
        try claim.verify(request: request, secretAccessKey: SignatureVector.secretAccessKey, payload: .unsigned, now: now)
    }
}
