import Foundation
import Testing
import Wire

/// A request with a right signature, and everything that must break it.
@Suite struct SignatureTamperTests {
    private static let now = Date(timeIntervalSince1970: 1_795_376_072)
    private static let credential = Credential(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "token")
    private static let body = Array("Action=CopyImage&Name=x".utf8)

    private static func signed(service: String = "ec2", payload: PayloadHash? = nil) throws -> SentRequest {
        var request = SentRequest(
            method: "POST",
            path: "/snapshots/1",
            query: "a=1&b=2",
            headers: [("Host", "localhost:4566"), ("Content-Type", "text/plain"), ("x-amz-checksum", "abc")]
        )
        let signer = SigV4Signer(credential: credential, region: "us-east-1", service: service)
        request.headers += try signer.headers(for: request, payload: payload ?? .hashing(body), at: now)
        return request
    }

    private static func presigned(service: String = "ec2", payload: PayloadHash = .empty, expires: Int = 60) throws -> SentRequest {
        var request = SentRequest(method: "GET", path: "/x", query: "a=1", headers: [("Host", "localhost:4566")])
        let signer = SigV4Signer(credential: credential, region: "us-east-1", service: service)
        request.query = try signer.presignedQuery(for: request, payload: payload, at: now, expiresSeconds: expires)
        return request
    }

    private static func verify(
        _ request: SentRequest,
        secret: String = "secret",
        payload: PayloadHash = .hashing(body),
        now: Date = now
    ) throws {
        guard let claim = try SignatureClaim(request: request) else { throw SignatureError.incomplete("no claim") }
        try claim.verify(request: request, secretAccessKey: secret, payload: payload, now: now)
    }

    /// Where the body has to be hashed, all else is refused before it has come.
    @Test func whatTheHeadTellsIsKnownBeforeTheBody() throws {
        func verifyHead(_ request: SentRequest, at now: Date = Self.now) throws -> Bool {
            let claim = try #require(try SignatureClaim(request: request))
            #expect(claim.payloadDeclaration == .absent)
            return try claim.verifyHead(of: request.read(), secretAccessKey: "secret", now: now)
        }
        var request = Self.replacing("x-amz-content-sha256", with: nil, in: try Self.signed())
        #expect(try !verifyHead(request))
        for seconds in [-1000.0, 1000, 1e9] {
            #expect(throws: SignatureError.self) { try verifyHead(request, at: Self.now + seconds) }
        }
        let without = Self.replacing("x-amz-checksum", with: nil, in: request)
        #expect(throws: SignatureError.mismatch) { try verifyHead(without) }
        request.headers.append(("x-amz-target", "not signed"))
        #expect(throws: SignatureError.unsignedHeader("x-amz-target")) { try verifyHead(request) }
    }

    private static func replacing(_ header: String, with value: String?, in request: SentRequest) -> SentRequest {
        var request = request
        request.headers = request.headers.compactMap { pair in
            guard pair.name.lowercased() == header else { return pair }
            return value.map { (pair.name, $0) }
        }
        return request
    }

    private static func authorization(_ old: String, _ new: String, in request: SentRequest) -> SentRequest {
        let header = request.headers.last?.value ?? ""
        return replacing("authorization", with: header.replacingOccurrences(of: old, with: new), in: request)
    }

    @Test func untouchedItIsAccepted() throws {
        try Self.verify(try Self.signed())
        try Self.verify(try Self.presigned(), payload: .empty)
    }

    @Test func everyPartIsCovered() throws {
        let good = try Self.signed()
        let changes: [(String, (inout SentRequest) -> Void)] = [
            ("method", { $0.method = "PUT" }),
            ("path", { $0.path = "/snapshots/2" }),
            ("query value", { $0.query = "a=1&b=3" }),
            ("query name", { $0.query = "a=1&c=2" }),
            ("query added", { $0.query += "&c=3" }),
            ("query removed", { $0.query = "a=1" }),
            ("host", { $0 = Self.replacing("host", with: "localhost:4567", in: $0) }),
            ("content type", { $0 = Self.replacing("content-type", with: "text/html", in: $0) }),
            ("amz header", { $0 = Self.replacing("x-amz-checksum", with: "abd", in: $0) }),
            ("amz header removed", { $0 = Self.replacing("x-amz-checksum", with: nil, in: $0) }),
            ("amz header twice", { $0.headers.append(("x-amz-checksum", "abc")) }),
            ("host twice", { $0.headers.append(("host", "evil")) }),
            ("host removed", { $0 = Self.replacing("host", with: nil, in: $0) }),
            ("token", { $0 = Self.replacing("x-amz-security-token", with: "other", in: $0) }),
            ("date", { $0 = Self.replacing("x-amz-date", with: "20261122T193433Z", in: $0) }),
            ("key", { $0 = Self.authorization("us-east-1", "us-west-2", in: $0) }),
            ("service", { $0 = Self.authorization("/ec2/", "/ebs/", in: $0) }),
            ("signed headers", { $0 = Self.authorization("content-type;", "", in: $0) }),
        ]
        for (name, change) in changes {
            var request = good
            change(&request)
            #expect(throws: SignatureError.mismatch, "\(name)") { try Self.verify(request) }
        }
        #expect(throws: SignatureError.mismatch) { try Self.verify(good, secret: "secreT") }
        #expect(throws: SignatureError.mismatch) { try Self.verify(good, payload: .hashing(Self.body + [0])) }
        #expect(throws: SignatureError.payloadMismatch) { try Self.verify(good, payload: .unsigned) }
    }

    @Test func everyDigitOfTheSignatureCounts() throws {
        let good = try Self.signed()
        let signature = try #require(try SignatureClaim(request: good)).signature
        for index in 0..<64 {
            var digits = Array(signature)
            digits[index] = digits[index] == "0" ? "1" : "0"
            #expect(throws: SignatureError.mismatch) { try Self.verify(Self.authorization(signature, String(digits), in: good)) }
        }
    }

    @Test func whatIsNotCoveredMayChange() throws {
        var request = try Self.signed()
        request.headers.append(("User-Agent", "x"))
        request.headers.append(("Accept-Encoding", "gzip"))
        request.query = "b=2&a=1"
        try Self.verify(request)
    }

    @Test func theClockMayDifferByFifteenMinutes() throws {
        let good = try Self.signed()
        try Self.verify(good, now: Self.now.addingTimeInterval(900))
        try Self.verify(good, now: Self.now.addingTimeInterval(-900))
        let late = Self.now.addingTimeInterval(901)
        #expect(throws: SignatureError.expired(server: late, client: Self.now)) { try Self.verify(good, now: late) }
        let early = Self.now.addingTimeInterval(-901)
        #expect(throws: SignatureError.notYetValid(server: early, client: Self.now)) { try Self.verify(good, now: early) }
    }

    @Test func aPresignedRequestLivesAsLongAsItSays() throws {
        let good = try Self.presigned(expires: 604_800)
        try Self.verify(good, payload: .empty, now: Self.now.addingTimeInterval(604_800))
        let late = Self.now.addingTimeInterval(604_801)
        #expect(throws: SignatureError.expired(server: late, client: Self.now)) { try Self.verify(good, payload: .empty, now: late) }
        let early = Self.now.addingTimeInterval(-901)
        #expect(throws: SignatureError.notYetValid(server: early, client: Self.now)) {
            try Self.verify(good, payload: .empty, now: early)
        }
        for expires in [0, -1, 604_801] {
            #expect(throws: SignatureError.self) { try Self.verify(try Self.presigned(expires: expires), payload: .empty) }
        }
    }

    @Test func aPresignedRequestIsCoveredToo() throws {
        let good = try Self.presigned()
        for (old, new) in [
            ("a=1", "a=2"), ("X-Amz-Expires=60", "X-Amz-Expires=600"), ("us-east-1", "us-west-2"), ("193432Z", "193433Z"),
            ("Token=token", "Token=other"), ("&X-Amz-Security-Token=token", ""),
        ] {
            var request = good
            request.query = request.query.replacingOccurrences(of: old, with: new)
            #expect(throws: SignatureError.mismatch, "\(old)") { try Self.verify(request, payload: .empty) }
        }
        var moved = good
        moved.headers = [("Host", "elsewhere")]
        #expect(throws: SignatureError.mismatch) { try Self.verify(moved, payload: .empty) }
        #expect(throws: SignatureError.mismatch) { try Self.verify(good, payload: .hashing([1])) }
    }

    @Test func unsignedBodiesAreHonouredWhereDeclared() throws {
        let header = try Self.signed(service: "ebs", payload: .unsigned)
        #expect(try SignatureClaim(request: header)?.payloadDeclaration == .unsigned)
        try Self.verify(header, payload: .unsigned)
        try Self.verify(header, payload: .hashing([1, 2, 3]))
        try Self.verify(try Self.presigned(payload: .unsigned), payload: .hashing([9]))
        try Self.verify(try Self.presigned(service: "s3"), payload: .hashing([9]))
        // Declaring it afterwards changes what is covered.
        var added = try Self.signed()
        added.headers.append(("x-amz-content-sha256", "UNSIGNED-PAYLOAD"))
        #expect(throws: SignatureError.mismatch) { try Self.verify(added) }
    }

    @Test func aLiteralHashMustBeTheBodys() throws {
        let request = try Self.signed(service: "s3")
        let claim = try #require(try SignatureClaim(request: request))
        guard case .hash(let declared) = claim.payloadDeclaration else {
            Issue.record("no hash declared")
            return
        }
        #expect(PayloadHash.bytes(hexSHA256: declared) == .hashing(Self.body))
        try Self.verify(request)
        #expect(throws: SignatureError.payloadMismatch) { try Self.verify(request, payload: .hashing([0])) }
        #expect(throws: SignatureError.payloadMismatch) { try Self.verify(request, payload: .unsigned) }
        #expect(throws: SignatureError.mismatch) { try Self.verify(request, secret: "x", payload: .hashing([0])) }
    }
}
