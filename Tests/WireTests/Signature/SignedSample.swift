import Crypto
import Foundation
import TestSupport
import Wire

/// A signed request of one kind, and what a server makes of it.
struct SignedSample: Sendable {
    enum Kind: CaseIterable, Sendable { case v2, v4Header, v4Query, form }

    var request: SentRequest
    var body: [UInt8]

    static let credential = Credential(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")
    static let now = Date(timeIntervalSince1970: 1_795_376_072)
    private static let paths = ["/depot", "/depot/", "/depot/key", "/depot/a%20b%2Bc/%C3%BC", "/depot//k", "/depot/a/./../b", "/depot/a+b"]
    private static let parameters = [
        "acl", "tagging", "versionId=3%2F4", "response-content-type=text%2Fplain", "partNumber=2", "uploadId=u%2B1", "versions", "uploads",
        "response-content-disposition=attachment%3B%20filename%3D%22a%20b%22", "policy", "location", "x-id=GetObject",
    ]
    private static let headers = [
        ("x-amz-acl", "private"), ("x-amz-meta-by", "me and you"), ("x-amz-copy-source", "depot/other%20key"), ("x-amz-tagging", "a=1&b=2"),
        ("x-amz-storage-class", "STANDARD"),
    ]

    /// One that the server obeys.
    static func random(_ kind: Kind, using random: inout SeededGenerator) throws -> SignedSample {
        while true {
            let sample = try any(kind, using: &random)
            // Two sub-resources may contradict each other.
            if (try? sample.obeyed()) != nil { return sample }
        }
    }

    private static func any(_ kind: Kind, using random: inout SeededGenerator) throws -> SignedSample {
        let (method, path) = (pick(["GET", "PUT", "HEAD"], &random), pick(paths, &random))
        let chosen = parameters.shuffled(using: &random).prefix(Int.random(in: 0...2, using: &random))
        let extra = Array(headers.shuffled(using: &random).prefix(Int.random(in: 0...2, using: &random)))
        let host = Bool.random(using: &random) ? "localhost" : "depot.localhost"
        let place = host == "localhost" ? path : String(path.dropFirst("/depot".count))
        switch kind {
        case .v2:
            return v2(method, host: host, path: place.isEmpty ? "/" : place, subresources: Array(chosen), headers: extra)
        case .v4Header:
            return try Bool.random(using: &random)
                ? v4Header("s3", method, host, place, chosen.joined(separator: "&"), extra)
                : v4Header("ebs", "GET", host, "/snapshots/snap-1/blocks/7", "blockToken=a%2Bb%3D", [("x-amz-note", "one")])
        case .v4Query:
            return try Bool.random(using: &random)
                ? v4Query("s3", method, host, place, (chosen + extra.map { "\($0.0)=\(FormEncoding.percentEncode($0.1))" }))
                : v4Query("ec2", "GET", host, "/", ["Action=DeregisterImage", "ImageId=ami-1", "Tag.1.Key=a%20b"])
        case .form:
            return try Bool.random(using: &random)
                ? v4Header("ec2", "POST", host, "/", "", [], body: "Action=DeregisterImage&ImageId=ami-1&Tag.1.Key=a+b&Tag.1.Value=%2B")
                : kms(action: "TrentService.Decrypt")
        }
    }

    static func kms(action: String?) throws -> SignedSample {
        try v4Header("kms", "POST", "localhost", "/", "", action.map { [("x-amz-target", $0)] } ?? [], body: #"{"KeyId":"k"}"#)
    }

    /// Signed by the published description of Version 2, apart from the code that verifies it.
    static func v2(_ method: String, host: String, path: String, subresources: [String], headers: [(String, String)]) -> SignedSample {
        let expires = "1795379672"
        let bucket = host == "localhost" ? "" : "/depot"
        let resource = bucket.isEmpty && path == "/depot" ? "/depot/" : bucket + path
        let signed = subresources.filter { !$0.hasPrefix("x-id") }.map { $0.removingPercentEncoding ?? $0 }.sorted()
        let lines =
            [method, "", "", expires] + headers.sorted { $0.0 < $1.0 }.map { "\($0.0):\($0.1)" }
            + [resource + (signed.isEmpty ? "" : "?" + signed.joined(separator: "&"))]
        let key = SymmetricKey(data: Array(credential.secretAccessKey.utf8))
        let code = HMAC<Insecure.SHA1>.authenticationCode(for: Array(lines.joined(separator: "\n").utf8), using: key)
        let own = [("AWSAccessKeyId", credential.accessKeyID), ("Expires", expires), ("Signature", Data(code).base64EncodedString())]
        let query = (subresources + [FormEncoding.encode(headers + own)]).joined(separator: "&")
        return SignedSample(request: SentRequest(method: method, path: path, query: query, headers: [("Host", host)]), body: [])
    }

    private static func v4Header(
        _ service: String,
        _ method: String,
        _ host: String,
        _ path: String,
        _ query: String,
        _ headers: [(String, String)],
        body: String = ""
    ) throws -> SignedSample {
        let body = Array(body.utf8)
        var request = SentRequest(method: method, path: path, query: query, headers: [(name: "Host", value: host)] + headers)
        let signer = SigV4Signer(credential: credential, region: "us-east-1", service: service)
        request.headers += try signer.headers(for: request, payload: .hashing(body), at: now)
        return SignedSample(request: request, body: body)
    }

    private static func v4Query(
        _ service: String,
        _ method: String,
        _ host: String,
        _ path: String,
        _ parameters: [String]
    ) throws -> SignedSample {
        let query = parameters.joined(separator: "&")
        var request = SentRequest(method: method, path: path, query: query, headers: [("Host", host)])
        let signer = SigV4Signer(credential: credential, region: "us-east-1", service: service)
        request.query = try signer.presignedQuery(for: request, payload: .empty, at: now, expiresSeconds: 60)
        return SignedSample(request: request, body: [])
    }

    static func pick<Element>(_ choices: [Element], _ random: inout SeededGenerator) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }
}

extension SignedSample {
    /// What a server reads from the request once the signature is verified, a line each.
    func obeyed() throws -> [String] {
        let read = try request.read()
        let host = try read.host()
        let secret = Self.credential.secretAccessKey
        if let claim = try PresignedV2Claim(request: read), !read.target.query.contains("Action") {
            let address = try S3Address(host: host, path: read.target.path, baseNames: ["localhost"])
            let bucket = address.isVirtualHost ? address.bucket : nil
            try claim.verify(request: read, secretAccessKey: secret, bucketInHost: bucket, now: Self.now)
            return try objectLines(read, address, claim.obeyedHeaders(of: read), leavingOut: PresignedV2Claim.listingParameters)
        }
        guard let claim = try SignatureClaim(request: read) else { throw SignatureError.incomplete("signature") }
        try claim.verify(
            request: read,
            secretAccessKey: secret,
            payload: claim.payloadDeclaration == .unsigned ? .unsigned : .hashing(body),
            now: Self.now
        )
        switch claim.scope.service {
        case "s3":
            let address = try S3Address(host: host, path: read.target.path, baseNames: ["localhost"])
            return try objectLines(read, address, try claim.obeyedHeaders(of: read))
        case "ebs":
            let path = read.target.path.segments.filter { !$0.isEmpty }
            guard !path.contains("."), !path.contains("..") else { throw RequestError.malformed("path") }
            return try [read.method] + path + parameterLines(QueryReader(query: read.target.query)) + Self.amazonLines(read.headers)
        case "kms":
            return Self.amazonLines(read.headers) + [String(decoding: body, as: UTF8.self)]
        default:
            let reader = try read.method == "POST" ? QueryReader(form: body) : QueryReader(query: read.target.query)
            return [read.method] + parameterLines(reader)
        }
    }

    private func objectLines(
        _ read: SignableRequest,
        _ address: S3Address,
        _ headers: [(name: String, value: String)],
        leavingOut uncovered: Set<String> = []
    ) throws -> [String] {
        let query = try S3Query(read.target.query)
        let isCopy = headers.contains { $0.name.lowercased() == "x-amz-copy-source" }
        let operation = try S3Operation(method: read.method, address: address, query: query, hasCopySource: isCopy)
        let parameters = read.target.query.parameters.filter { parameter in
            let name = parameter.name.lowercased()
            return !uncovered.contains(name) && !name.hasPrefix("x-amz-")
                && !["awsaccesskeyid", "signature", "expires", "x-id"].contains(name)
        }
        return [operation.rawValue, address.bucket ?? "", address.key ?? ""]
            + parameters.map { "\($0.name)=\($0.value)" }.sorted() + Self.amazonLines(headers)
    }

    private func parameterLines(_ query: QueryReader) -> [String] {
        query.canonicalParameters().filter { !$0.0.hasPrefix("X-Amz-") }.map { "\($0.0)=\($0.1)" }
    }

    /// The headers of Amazon's own by name; blanks in metadata are text that no signature tells apart.
    private static func amazonLines(_ headers: [(name: String, value: String)]) -> [String] {
        var values: [String: String] = [:]
        for header in headers {
            let name = header.name.lowercased()
            guard name.hasPrefix("x-amz-"), name != "x-amz-content-sha256" else { continue }
            let value = header.value.split(separator: " ").joined(separator: " ")
            values[name] = values[name].map { "\($0),\(value)" } ?? value
        }
        return values.map { "\($0.key): \($0.value)" }.sorted()
    }
}
