import Domain
import Foundation
import Services
import TestSupport
import Testing
import Wire

/// AssumeRoleWithWebIdentity at the edge, without a signature: whose tokens are taken, and whose are not.
@Suite struct WebIdentityTests {
    private struct Bench {
        let edge: Edge
        let issuer: Issuer
        /// The folder of `--oidc-keys`.
        let folder: String

        func send(_ request: SampleRequest, _ signing: SampleRequest.Signing) async throws -> EdgeAnswer {
            let head = try request.head(signed: signing, by: edge.credential, host: "localhost:4566", at: now)
            return try await EdgeDriver.answer(of: edge, to: head, body: request.body)
        }

        var now: Date { edge.clock.now }

        func claims(_ more: [String: Any] = [:]) -> [String: Any] { Issuer.claims(at: now, more) }

        func assume(_ token: String, _ more: [String: String] = [:], role: String = "ci") async throws -> EdgeAnswer {
            let account = try await account()
            let parameters = ["RoleArn": "arn:aws:iam::\(account):role/\(role)", "RoleSessionName": "build-1", "WebIdentityToken": token]
            return try await send(.form("sts", "AssumeRoleWithWebIdentity", parameters.merging(more) { _, new in new }), .absent)
        }

        func account() async throws -> String {
            try await edge.deployment.accessKeys.find(edge.credential.accessKeyID).map { "\($0.principal.account)" } ?? ""
        }

        func obeyed(_ action: String, _ parameters: [String: String]) async throws {
            let answer = try await send(.form("iam", action, parameters), .right)
            try #require(answer.status == 200, "\(action): \(answer.body)")
        }

        func trust(_ role: String, _ actions: String = #""sts:AssumeRoleWithWebIdentity""#, condition: String = "{}") async throws {
            let provider = "arn:aws:iam::\(try await account()):oidc-provider/ci.example.org/team"
            let statement = #"{"Effect":"Allow","Principal":{"Federated":"\#(provider)"},"Action":\#(actions),"Condition":\#(condition)}"#
            let policy = #"{"Version":"2012-10-17","Statement":[\#(statement)]}"#
            try await obeyed("CreateRole", ["RoleName": role, "AssumeRolePolicyDocument": policy])
        }
    }

    private static func run(_ body: (Bench) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "ferry-oidc-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let issuer = try Issuer()
        try issuer.keyFile().write(to: URL(filePath: "\(folder)/ci.json"))
        try await Edge.run(issuerKeys: folder) { edge in
            let bench = Bench(edge: edge, issuer: issuer, folder: folder)
            try await bench.obeyed("CreateOpenIDConnectProvider", ["Url": Issuer.url, "ClientIDList.member.1": "ferry"])
            try await bench.trust("ci", condition: #"{"StringLike":{"ci.example.org/team:sub":"repo:team/*"}}"#)
            try await body(bench)
        }
    }

    private func expect(
        _ answer: EdgeAnswer,
        _ status: Int,
        _ code: String,
        _ about: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(
            answer.status == status && answer.body.contains(code),
            "\(about): \(answer.status) \(answer.body)",
            sourceLocation: sourceLocation
        )
    }

    @Test func eachAlgorithmIsVerified() async throws {
        try await Self.run { bench in
            for algorithm in ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512"] {
                let token = try bench.issuer.token(bench.claims(), algorithm)
                let answer = try await bench.assume(token)
                #expect(answer.status == 200, "\(algorithm): \(answer.body)")
                #expect(answer.body.contains("<SubjectFromWebIdentityToken>repo:team/app</SubjectFromWebIdentityToken>"))
                #expect(answer.body.contains("<Audience>ferry</Audience>") && answer.body.contains("<Provider>\(Issuer.url)</Provider>"))
                #expect(answer.body.contains(":assumed-role/ci/build-1</Arn>"))
                // Of another token, and of another algorithm with the same key.
                let other = try bench.issuer.token(bench.claims(["sub": "repo:team/other"]), algorithm)
                let mixed = token.split(separator: ".").prefix(2).joined(separator: ".") + "." + String(other.split(separator: ".")[2])
                expect(try await bench.assume(mixed), 400, "InvalidIdentityToken", "\(algorithm) with another's signature")
            }
        }
    }

    @Test func forgedTokensAreRefused() async throws {
        try await Self.run { bench in
            let (issuer, claims) = (bench.issuer, bench.claims())
            let stranger = try Issuer()
            let json = try JSONSerialization.data(withJSONObject: claims)
            func header(_ text: String) -> Data { Data(text.utf8) }
            let good = try issuer.token(claims)
            let parts = good.split(separator: ".").map(String.init)
            let twice = #"{"iss":"\#(Issuer.url)","aud":"ferry","iat":1,"exp":99999999999,"sub":"repo:other/app","sub":"repo:team/app"}"#
            let forged: [(String, String)] = [
                ("none", try issuer.token(claims, "none")), ("None", try issuer.token(claims, "None")),
                ("no signature", "\(parts[0]).\(parts[1])."), ("two parts", "\(parts[0]).\(parts[1])"), ("five parts", good + ".a.b"),
                ("HS256 with the public key", try issuer.token(claims, "HS256")),
                ("another's key", try stranger.token(claims)),
                (
                    "another's key in the header",
                    try stranger.token(claims, header: ["jwk": ["kty": "EC"], "jku": "https://evil.example/keys"])
                ),
                ("an unknown kid", try issuer.token(claims, header: ["kid": "key-2"])),
                ("a kid that is no text", try issuer.token(claims, header: ["kid": 1])),
                ("no kid beside keys of one kind", try issuer.token(header: header(#"{"alg":"RS256","kid":null}"#), claims: json, "RS256")),
                ("what must be understood", try issuer.token(claims, header: ["crit": ["exp"]])),
                ("an algorithm of another key", try issuer.token(header: header(#"{"alg":"ES384","kid":"key-1"}"#), claims: json, "ES256")),
                (
                    "an algorithm twice",
                    try issuer.token(header: header(#"{"alg":"none","alg":"ES256","kid":"key-1"}"#), claims: json, "ES256")
                ),
                ("a claim twice", try issuer.token(header: header(#"{"alg":"ES256","kid":"key-1"}"#), claims: Data(twice.utf8), "ES256")),
                ("padding", good + "="), ("a line", good + "\n"),
                ("another alphabet", good.replacing("_", with: "/").replacing("-", with: "+") + "A"),
                (
                    "claims that are a list",
                    try issuer.token(header: header(#"{"alg":"ES256","kid":"key-1"}"#), claims: Data("[]".utf8), "ES256")
                ),
                (
                    "deep claims",
                    try issuer.token(
                        header: header(#"{"alg":"ES256"}"#),
                        claims: Data((String(repeating: #"{"a":"#, count: 900)).utf8),
                        "ES256"
                    )
                ),
                ("nothing", "...."),
            ]
            for (about, token) in forged { expect(try await bench.assume(token), 400, "InvalidIdentityToken", about) }
            expect(try await bench.assume(String(repeating: "a", count: 20_001)), 400, "ValidationError", "a long token")
            // As long as a token may be.
            let long = try issuer.token(bench.claims(["note": String(repeating: "x", count: 14_000)]))
            #expect(try await bench.assume(long).status == 200)
        }
    }

    @Test func claimsAreHeldAgainstClockAndProvider() async throws {
        try await Self.run { bench in
            let now = Int(bench.now.timeIntervalSince1970)
            func answer(_ claims: [String: Any]) async throws -> EdgeAnswer {
                try await bench.assume(bench.issuer.token(bench.claims(claims)))
            }
            expect(try await answer(["exp": now - 61]), 400, "ExpiredTokenException", "expired")
            #expect(try await answer(["exp": now - 59]).status == 200, "clocks differ")
            expect(try await answer(["nbf": now + 61]), 400, "InvalidIdentityToken", "not yet")
            expect(try await answer(["iat": now + 61]), 400, "InvalidIdentityToken", "from the future")
            #expect(try await answer(["iat": now + 59, "nbf": now + 59]).status == 200, "clocks differ")
            expect(try await answer(["aud": "sts.amazonaws.com"]), 400, "InvalidIdentityToken", "another's audience")
            #expect(try await answer(["aud": ["other", "ferry"]]).status == 200, "one of several")
            expect(try await answer(["azp": "other"]), 400, "InvalidIdentityToken", "given to another")
            #expect(try await answer(["aud": "backend", "azp": "ferry"]).status == 200, "given to us")
            expect(try await answer(["iss": "https://ci.example.org/other"]), 400, "IDPCommunicationError", "no keys")
            expect(try await answer(["iss": "http://ci.example.org/team"]), 400, "IDPCommunicationError", "no https")
            for name in ["iss", "sub", "aud", "exp", "iat"] {
                var claims = bench.claims()
                claims[name] = nil
                expect(try await bench.assume(bench.issuer.token(claims)), 400, "Missing a required claim: \(name)", name)
                claims[name] = ["a": 1]
                expect(try await bench.assume(bench.issuer.token(claims)), 400, "InvalidIdentityToken", "\(name) of another kind")
            }
            expect(try await answer(["sub": String(repeating: "x", count: 256)]), 400, "InvalidIdentityToken", "a long subject")
            expect(try await answer(["exp": "soon"]), 400, "InvalidIdentityToken", "a time that is none")
            // An issuer that the account does not know, though the operator does.
            try bench.issuer.keyFile(issuer: "https://other.example.org").write(to: URL(filePath: "\(bench.folder)/other.json"))
            expect(try await answer(["iss": "https://other.example.org"]), 400, "No OpenIDConnect provider found", "not of the account")
        }
    }

    @Test func theTrustPolicyDecides() async throws {
        try await Self.run { bench in
            let refusal = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
            let token = try bench.issuer.token(bench.claims(["sub": "repo:other/app"]))
            expect(try await bench.assume(token), 403, refusal, "another subject")
            let good = try bench.issuer.token(bench.claims(["amr": ["pwd", "mfa"]]))
            expect(try await bench.assume(good, role: "Nobody"), 403, refusal, "no role")
            try await bench.trust("users", #""sts:AssumeRole""#)
            expect(try await bench.assume(good, role: "users"), 403, refusal, "another action")
            try await bench.trust("careful", condition: #"{"ForAnyValue:StringEquals":{"ci.example.org/team:amr":"mfa"}}"#)
            #expect(try await bench.assume(good, role: "careful").status == 200)
            expect(try await bench.assume(bench.issuer.token(bench.claims()), role: "careful"), 403, refusal, "without mfa")
            try await bench.trust("audience", condition: #"{"StringEquals":{"CI.example.org/team:aud":"ferry"}}"#)
            #expect(try await bench.assume(good, role: "audience").status == 200)
            // A signature beside the token counts for nothing.
            let account = try await bench.account()
            let parameters = ["RoleArn": "arn:aws:iam::\(account):role/Nobody", "RoleSessionName": "build-1", "WebIdentityToken": good]
            expect(try await bench.send(.form("sts", "AssumeRoleWithWebIdentity", parameters), .right), 403, refusal, "signed by root")
            // A policy for one provider is none for another account's, or for everybody who signs.
            let elsewhere =
                #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/ci.example.org/team"},"Action":"sts:AssumeRoleWithWebIdentity"},{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:*"}]}"#
            try await bench.obeyed("CreateRole", ["RoleName": "elsewhere", "AssumeRolePolicyDocument": elsewhere])
            expect(try await bench.assume(good, role: "elsewhere"), 403, refusal, "another account's provider")
        }
    }

    @Test func sessionsAreLimitedAndTaggedByTheToken() async throws {
        try await Self.run { bench in
            let tags: [String: Any] = ["principal_tags": ["team": ["app"]], "transitive_tag_keys": ["team"]]
            let claims = ["https://aws.amazon.com/tags": tags, "https://aws.amazon.com/source_identity": "ann"] as [String: Any]
            let tagged = try bench.issuer.token(bench.claims(claims))
            expect(try await bench.assume(tagged), 403, "AccessDenied", "a role that takes no tags")
            let all = #"["sts:AssumeRoleWithWebIdentity","sts:TagSession","sts:SetSourceIdentity"]"#
            try await bench.trust("tagged", all, condition: #"{"StringEquals":{"aws:RequestTag/team":"app"}}"#)
            let answer = try await bench.assume(tagged, role: "tagged")
            #expect(answer.status == 200 && answer.body.contains("<SourceIdentity>ann</SourceIdentity>"), "\(answer.body)")
            for wrong in [["principal_tags": ["team": ["a", "b"]]], ["principal_tags": "x"], ["transitive_tag_keys": [1]]]
                as [[String: Any]]
            {
                let token = try bench.issuer.token(bench.claims(["https://aws.amazon.com/tags": wrong]))
                expect(try await bench.assume(token, role: "tagged"), 400, "InvalidIdentityToken", "\(wrong)")
            }
            let good = try bench.issuer.token(bench.claims())
            expect(try await bench.assume(good, ["DurationSeconds": "3601"]), 400, "MaxSessionDuration", "longer than the role allows")
            expect(try await bench.assume(good, ["Policy": "{}"]), 400, "MalformedPolicyDocument", "a policy that is none")
            expect(try await bench.assume(good, ["ProviderId": "www.amazon.com"]), 400, "ValidationError", "OAuth 2.0")
            expect(try await bench.assume(good, ["Moon": "full"]), 400, "UnknownParameter", "an unknown parameter")
            expect(
                try await bench.assume(good, ["Tags.member.1.Key": "a", "Tags.member.1.Value": "b"]),
                400,
                "UnknownParameter",
                "tags of the caller's"
            )
        }
    }

    @Test func keysChangeWithoutARestart() async throws {
        try await Self.run { bench in
            let file = URL(filePath: "\(bench.folder)/ci.json")
            let old = try bench.issuer.token(bench.claims())
            var next = try Issuer()
            next.keyID = "key-2"
            let new = try next.token(bench.claims())
            expect(try await bench.assume(new), 400, "InvalidIdentityToken", "before")
            // Beside the old one, as keys change.
            try next.keyFile().write(to: URL(filePath: "\(bench.folder)/next.json"))
            #expect(try await bench.assume(new).status == 200)
            #expect(try await bench.assume(old).status == 200)
            try FileManager.default.removeItem(at: file)
            expect(try await bench.assume(old), 400, "InvalidIdentityToken", "after")
            #expect(try await bench.assume(new).status == 200)
            // A file that is broken takes its keys away, and is told in the log.
            try Data("{".utf8).write(to: URL(filePath: "\(bench.folder)/next.json"))
            expect(try await bench.assume(new), 400, "IDPCommunicationError", "a broken file")
            #expect(bench.edge.log.entries.contains { $0.message.contains("cannot be read") })
            try next.keyFile().write(to: URL(filePath: "\(bench.folder)/next.json"))
            #expect(try await bench.assume(new).status == 200)
        }
    }

    @Test func otherCallsNeedTheirSignature() async throws {
        try await Self.run { bench in
            expect(try await bench.send(.form("sts", "GetCallerIdentity"), .absent), 403, "MissingAuthenticationToken", "another action")
            expect(try await bench.send(.form("sts", "AssumeRoleWithSAML"), .absent), 400, "InvalidAction", "an action that is not here")
            var long = SampleRequest.form("sts", "AssumeRoleWithWebIdentity")
            long.body += Array(repeating: UInt8(ascii: "a"), count: 1 << 17)
            expect(try await bench.send(long, .absent), 403, "MissingAuthenticationToken", "a long body")
        }
    }
}
