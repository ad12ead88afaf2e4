import Domain
import HTTPTypes
import Services
import TestSupport
import Testing

/// What S3 does for whoever does not sign (docs/behaviour/s3.md, "Without a signature").
@Suite struct NobodyTests {
    private typealias Depot = SampleBucket

    @Test(.againstHangs) func whatIsNotOpenedIsRefused() async throws {
        try await Depot.run { depot, _ in
            try await depot.done(.put, "/key", [:], "bytes")
            for (method, tail, body) in Self.requests {
                let answer = try await depot.nobody(method, tail, [:], body)
                #expect(answer.status == 403, "\(method) \(tail): \(answer.status) \(answer.body)")
                if method != .head { #expect(answer.says("AccessDenied"), "\(method) \(tail): \(answer.body)") }
                #expect(!answer.body.contains("depot"), "\(method) \(tail): \(answer.body)")
            }
            #expect(try await depot.owner(.get, "/key").body == "bytes")
            let missing = try await depot.send(.rest("s3", .get, "/another-bucket/key"), .absent)
            #expect(missing.status == 404 && missing.says("NoSuchBucket"), "\(missing.body)")
        }
    }

    private static let requests: [(HTTPRequest.Method, String, String)] = [
        (.get, "", ""), (.get, "?list-type=2", ""), (.get, "?versions", ""), (.get, "?uploads", ""), (.head, "", ""), (.get, "?acl", ""),
        (.get, "?policy", ""), (.get, "?location", ""), (.get, "/key", ""), (.head, "/key", ""), (.get, "/missing", ""),
        (.get, "/key?acl", ""), (.get, "/key?tagging", ""), (.put, "/key", "x"), (.delete, "/key", ""), (.delete, "", ""),
        (.put, "", ""), (.put, "?policy", "{}"), (.put, "/key?tagging", "<Tagging><TagSet/></Tagging>"), (.post, "/key?uploads", ""),
    ]

    @Test(.againstHangs) func aPolicyOpensWhatItNamesAndNoMore() async throws {
        try await Depot.run { depot, _ in
            try await depot.done(.put, "/open/key", [:], "bytes")
            try await depot.done(.put, "/key", [:], "bytes")
            try await depot.setPolicy(
                Depot.everybody("Allow", "GetObject", "PutObject", on: ["/open/*"]),
                Depot.everybody("Allow", "ListBucket", on: [""], if: #""StringEquals":{"s3:prefix":"open/"}"#)
            )
            #expect(try await depot.nobody(.get, "/open/key").body == "bytes")
            #expect(try await depot.nobody(.head, "/open/key").status == 200)
            #expect(try await depot.nobody(.put, "/open/new", [:], "theirs").status == 200)
            #expect(try await depot.owner(.get, "/open/new").body == "theirs")
            let listed = try await depot.nobody(.get, "?list-type=2&prefix=open/")
            #expect(listed.body.contains("<Key>open/key</Key>") && !listed.body.contains("<Key>key</Key>"), "\(listed.body)")
            for (method, tail) in [
                (HTTPRequest.Method.get, "/key"), (.get, "?list-type=2"), (.get, "?list-type=2&prefix="), (.delete, "/open/key"),
            ] {
                #expect(try await depot.nobody(method, tail).status == 403, "\(method) \(tail)")
            }
        }
    }

    /// Also where the policy lets everybody do all that there is.
    @Test(.againstHangs) func someThingsNobodyMayNeverDo() async throws {
        try await Depot.run { depot, _ in
            try await depot.done(.put, "/key", [:], "bytes")
            try await depot.setPolicy(Depot.everybody("Allow", "*"))
            let copy = try await depot.nobody(.put, "/copy", ["x-amz-copy-source": "depot/key"])
            #expect(copy.status == 403 && copy.body.contains("Anonymous users cannot copy objects.  Please authenticate."), "\(copy.body)")
            let upload = try await depot.nobody(.post, "/parts?uploads")
            #expect(upload.status == 403 && upload.body.contains("Anonymous users cannot initiate multipart uploads."), "\(upload.body)")
            for (method, tail, body) in [
                (HTTPRequest.Method.delete, "", ""), (.put, "?acl", ""), (.get, "?policy", ""), (.put, "?policy", "{}"),
                (.delete, "?policy", ""), (.put, "?versioning", ""), (.delete, "?publicAccessBlock", ""),
                (.put, "/key?partNumber=1&uploadId=u", ""),
            ] {
                let answer = try await depot.nobody(method, tail, [:], body)
                #expect(answer.status == 403 && answer.says("AccessDenied"), "\(method) \(tail): \(answer.status) \(answer.body)")
            }
            #expect(try await depot.nobody(.get, "/key").body == "bytes")
            let dressed = try await depot.nobody(.get, "/key?response-content-type=text/html")
            #expect(dressed.status == 400 && dressed.says("InvalidRequest"), "\(dressed.body)")
            #expect(try await depot.owner(.get, "/key?response-content-type=text/html").status == 200)
        }
    }

    @Test(.againstHangs) func aclsOpenAsLongAsTheyCount() async throws {
        try await Depot.run { depot, _ in
            try await depot.done(.put, "/public", ["x-amz-acl": "public-read"], "bytes")
            try await depot.done(.put, "/members", ["x-amz-acl": "authenticated-read"], "bytes")
            #expect(try await depot.nobody(.get, "/public").body == "bytes")
            #expect(try await depot.nobody(.get, "/members").status == 403)
            #expect(try await depot.nobody(.get, "").status == 403)
            #expect(try await depot.nobody(.put, "/new", [:], "x").status == 403)
            try await depot.done(.put, "?acl", ["x-amz-acl": "public-read-write"])
            #expect(try await depot.nobody(.get, "").body.contains("<Key>members</Key>"))
            // Everybody makes objects, and touches none that is there.
            #expect(try await depot.nobody(.put, "/new", [:], "x").status == 200)
            for key in ["/new", "/public", "/members"] {
                #expect(try await depot.nobody(.put, key, [:], "forged").status == 403, "\(key)")
                #expect(try await depot.nobody(.delete, key).status == 403, "\(key)")
            }
            let body = "<Delete><Object><Key>public</Key></Object></Delete>"
            #expect(try await depot.nobody(.post, "?delete", [:], body).body.contains("<Code>AccessDenied</Code>"))
            #expect(try await depot.owner(.get, "/new").body == "x")
            #expect(try await depot.owner(.get, "/public").body == "bytes")
            try await depot.done(.put, "/new", [:], "the owner's")
            try await depot.done(.delete, "/new", status: 204)
            #expect(try await depot.nobody(.put, "/new", [:], "again").status == 200)
            try await depot.setPolicy(Depot.everybody("Allow", "PutObject", "DeleteObject"))
            #expect(try await depot.nobody(.put, "/new", [:], "by the policy").status == 200)
            #expect(try await depot.nobody(.delete, "/new").status == 204)
            try await depot.done(.delete, "?policy", status: 204)
            try await depot.done(.put, "?publicAccessBlock", [:], Self.block("IgnorePublicAcls"))
            for (method, tail) in [(HTTPRequest.Method.get, "/public"), (.get, ""), (.put, "/new")] {
                #expect(try await depot.nobody(method, tail).status == 403, "\(method) \(tail)")
            }
        }
    }

    private static func block(_ name: String) -> String {
        "<PublicAccessBlockConfiguration><\(name)>true</\(name)></PublicAccessBlockConfiguration>"
    }

    @Test(.againstHangs) func aRestrictedBucketIsOpenToNoPublicPolicy() async throws {
        try await Depot.run { depot, _ in
            try await depot.done(.put, "/key", [:], "bytes")
            try await depot.setPolicy(Depot.everybody("Allow", "GetObject"))
            #expect(try await depot.nobody(.get, "/key").status == 200)
            try await depot.done(.put, "?publicAccessBlock", [:], Self.block("RestrictPublicBuckets"))
            #expect(try await depot.nobody(.get, "/key").status == 403)
            #expect(try await depot.owner(.get, "/key").status == 200)
        }
    }

    @Test(.againstHangs) func theRegionOfAShutBucketIsTold() async throws {
        try await Depot.run { depot, _ in
            let shut = try await depot.nobody(.head, "")
            #expect(shut.status == 403 && shut.headers["x-amz-bucket-region"] == "us-east-1")
            // Also where something else in it is open.
            try await depot.setPolicy(Depot.everybody("Allow", "GetObject"))
            let closed = try await depot.nobody(.head, "")
            #expect(closed.status == 403 && closed.headers["x-amz-bucket-region"] == "us-east-1")
            #expect(try await depot.nobody(.get, "").headers["x-amz-bucket-region"] == nil)
        }
    }

    /// The way that the request took, and how it is signed. The tests' channel has no address and no TLS.
    @Test(.againstHangs) func conditionsDecide() async throws {
        try await Depot.run { depot, _ in
            try await depot.done(.put, "/key", [:], "bytes")
            for (condition, status) in [
                (#""Bool":{"aws:SecureTransport":"true"}"#, 403), (#""Bool":{"aws:SecureTransport":"false"}"#, 200),
                (#""IpAddress":{"aws:SourceIp":"192.0.2.0/24"}"#, 403), (#""NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}"#, 200),
                (#""StringEquals":{"aws:PrincipalType":"Anonymous"}"#, 200), (#""Null":{"aws:PrincipalAccount":"true"}"#, 200),
                (#""Null":{"aws:PrincipalArn":"false"}"#, 403), (#""Null":{"s3:authType":"false"}"#, 403),
            ] {
                try await depot.setPolicy(Depot.everybody("Allow", "GetObject", if: condition))
                #expect(try await depot.nobody(.get, "/key").status == status, "\(condition)")
            }
        }
    }

    /// The key of an object under KMS is asked in somebody's name, also where its policy names everybody.
    @Test(.againstHangs) func whatIsUnderAKeyNobodyReadsOrWrites() async throws {
        try await Depot.run { depot, _ in
            let sealed = ["x-amz-server-side-encryption": "aws:kms"]
            try await depot.done(.put, "/sealed", sealed, "bytes")
            try await depot.setPolicy(Depot.everybody("Allow", "GetObject", "PutObject", "ListBucket"))
            for (method, tail, headers) in [(HTTPRequest.Method.get, "/sealed", [:]), (.put, "/new", sealed), (.head, "/sealed", [:])] {
                let answer = try await depot.nobody(method, tail, headers, method == .put ? "x" : "")
                #expect(answer.status == 400, "\(method) \(tail): \(answer.status) \(answer.body)")
                if method != .head { #expect(answer.body.contains("require AWS Signature Version 4"), "\(answer.body)") }
            }
            #expect(try await depot.nobody(.get, "/new").says("NoSuchKey"))
            #expect(try await depot.owner(.get, "/sealed").body == "bytes")
        }
    }

    /// The ACL and the tags of a version are its own, whatever those of the latest are.
    @Test(.againstHangs) func aVersionIsOpenByItself() async throws {
        try await Depot.run { depot, _ in
            let enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
            try await depot.done(.put, "?versioning", [:], enabled)
            let old = try #require(try await depot.done(.put, "/key", ["x-amz-tagging": "class=secret"], "old").headers["x-amz-version-id"])
            let new = try #require(
                try await depot.done(.put, "/key", ["x-amz-acl": "public-read", "x-amz-tagging": "class=open"], "new").headers[
                    "x-amz-version-id"
                ]
            )
            #expect(try await depot.nobody(.get, "/key").body == "new")
            #expect(try await depot.nobody(.get, "/key?versionId=\(new)").body == "new")
            #expect(try await depot.nobody(.get, "/key?versionId=\(old)").status == 403)
            try await depot.done(.put, "/key?acl", ["x-amz-acl": "private"])
            #expect(try await depot.nobody(.get, "/key").status == 403)
            let isOpen = #""StringEquals":{"s3:ExistingObjectTag/class":"open"}"#
            try await depot.setPolicy(Depot.everybody("Allow", "GetObject", "GetObjectVersion", if: isOpen))
            #expect(try await depot.nobody(.get, "/key?versionId=\(new)").body == "new")
            #expect(try await depot.nobody(.get, "/key?versionId=\(old)").status == 403)
            try await depot.setPolicy(Depot.everybody("Allow", "GetObjectVersion", if: #""StringEquals":{"s3:VersionId":"\#(old)"}"#))
            #expect(try await depot.nobody(.get, "/key?versionId=\(old)").body == "old")
            #expect(try await depot.nobody(.get, "/key?versionId=\(new)").status == 403)
        }
    }

    /// Strangers take of a bucket of their own, so the owner's calls go on.
    @Test(.againstHangs) func strangersUseUpWhatIsTheirs() async throws {
        let throttle = Throttle(
            .protect,
            clock: SteadyClock(read: { .zero }, wait: { _ in }),
            rates: { _, _, action, _ in
                action == "GetObject" ? CallRate(burst: 30, perSecond: 1) : nil
            }
        )
        try await Depot.run(throttle: throttle) { depot, _ in
            try await depot.done(.put, "/key", [:], "bytes")
            try await depot.setPolicy(Depot.everybody("Allow", "GetObject"))
            for _ in 0..<3 { #expect(try await depot.nobody(.get, "/key").status == 200) }
            let refused = try await depot.nobody(.get, "/key")
            #expect(refused.status == 503 && refused.says("SlowDown"), "\(refused.body)")
            #expect(try await depot.owner(.get, "/key").status == 200)
        }
    }
}
