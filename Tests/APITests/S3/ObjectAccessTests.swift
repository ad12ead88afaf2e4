import API
import Foundation
import HTTPTypes
import TestSupport
import Testing

/// What S3 tells of objects to those who may not do all, and what policies can ask of its requests.
@Suite struct ObjectAccessTests {
    private typealias Depot = SampleBucket

    /// GetObject's reference, "Permissions".
    @Test(.againstHangs) func whetherAKeyIsThereIsToldToWhoMayList() async throws {
        try await Depot.run { depot, _ in
            let enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
            try await depot.done(.put, "?versioning", [:], enabled)
            try await depot.done(.put, "/gone", [:], "x")
            try await depot.done(.delete, "/gone", status: 204)
            let all = ["GetObject", "GetObjectVersion", "GetObjectAttributes", "GetObjectTagging", "GetObjectAcl", "PutObjectTagging"]
            let reading =
                #""Effect":"Allow","Principal":"*","Action":["# + all.map { "\"s3:\($0)\"" }.joined(separator: ",")
                + #"],"Resource":"arn:aws:s3:::depot/*""#
            let tagging = "<Tagging><TagSet/></Tagging>"
            let requests: [(HTTPRequest.Method, String, String)] = [
                (.get, "/missing", ""), (.head, "/missing", ""), (.get, "/missing?attributes", ""), (.get, "/missing?tagging", ""),
                (.get, "/missing?acl", ""), (.put, "/missing?tagging", tagging), (.get, "/gone", ""), (.head, "/gone", ""),
                (.get, "/missing?versionId=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", ""), (.get, "/gone?tagging", ""),
                // What a listing is asked for is nothing to other actions.
                (.get, "/missing?prefix=open/", ""),
            ]
            let asked = ["x-amz-object-attributes": "ETag"]
            try await depot.setPolicy(
                reading,
                Depot.everybody("Allow", "ListBucket", on: [""], if: #""StringLike":{"s3:prefix":"open/*"}"#)
            )
            for (method, tail, body) in requests {
                let answer = try await depot.nobody(method, tail, asked, body)
                #expect(answer.status == 403, "\(method) \(tail): \(answer.status) \(answer.body)")
                #expect(answer.headers["x-amz-delete-marker"] == nil)
            }
            try await depot.setPolicy(reading, Depot.everybody("Allow", "ListBucket", on: [""]))
            for (method, tail, body) in requests {
                let answer = try await depot.nobody(method, tail, asked, body)
                #expect([404, 405].contains(answer.status), "\(method) \(tail): \(answer.status) \(answer.body)")
            }
            #expect(try await depot.nobody(.get, "/gone").headers["x-amz-delete-marker"] == "true")
        }
    }

    @Test(.againstHangs) func eachKeyIsDeletedOrRefusedForItself() async throws {
        try await Depot.run { depot, _ in
            for key in ["open/a", "open/b", "kept"] { try await depot.done(.put, "/\(key)", [:], "x") }
            try await depot.setPolicy(Depot.everybody("Allow", "DeleteObject", on: ["/open/*"]))
            let body =
                "<Delete>" + ["open/a", "kept", "open/b", "missing"].map { "<Object><Key>\($0)</Key></Object>" }.joined() + "</Delete>"
            let answer = try await depot.nobody(.post, "?delete", [:], body)
            #expect(answer.status == 200, "\(answer.body)")
            for key in ["open/a", "open/b"] { #expect(answer.body.contains("<Deleted><Key>\(key)</Key>"), "\(answer.body)") }
            for key in ["kept", "missing"] {
                #expect(answer.body.contains("<Error><Key>\(key)</Key><Code>AccessDenied</Code>"), "\(answer.body)")
            }
            let left = try await depot.owner(.get, "?list-type=2").body
            #expect(left.contains("<Key>kept</Key>") && !left.contains("open/"), "\(left)")
            // Whoever compares the tag of an object learns it.
            let compared = "<Delete><Object><Key>open/c</Key><ETag>x</ETag></Object></Delete>"
            #expect(try await depot.nobody(.post, "?delete", [:], compared).body.contains("<Code>AccessDenied</Code>"))
        }
    }

    private struct Asked {
        let method: HTTPRequest.Method
        let tail: String
        let headers: [String: String]
        let condition: String

        init(_ method: HTTPRequest.Method, _ tail: String, with headers: [String: String] = [:], if condition: String) {
            (self.method, self.tail, self.headers, self.condition) = (method, tail, headers, condition)
        }
    }

    private static let asked = [
        Asked(.put, "/key", with: ["x-amz-acl": "private"], if: #""StringEquals":{"s3:x-amz-acl":"private"}"#),
        Asked(
            .put,
            "/key",
            with: ["x-amz-server-side-encryption": "AES256"],
            if: #""StringEquals":{"s3:x-amz-server-side-encryption":"AES256"}"#
        ),
        Asked(.put, "/key", with: ["x-amz-storage-class": "STANDARD"], if: #""StringEquals":{"s3:x-amz-storage-class":"STANDARD"}"#),
        Asked(.put, "/key", with: ["x-amz-tagging": "a=1&b=2"], if: #""StringEquals":{"s3:RequestObjectTag/a":"1"}"#),
        Asked(.put, "/key", with: ["x-amz-tagging": "a=1&b=2"], if: #""ForAnyValue:StringEquals":{"s3:RequestObjectTagKeys":"b"}"#),
        Asked(.put, "/key", with: ["if-none-match": "*"], if: #""Null":{"s3:if-none-match":"false"}"#),
        Asked(.get, "?max-keys=5", if: #""NumericLessThanEquals":{"s3:max-keys":"5"}"#),
        Asked(.get, "?delimiter=/", if: #""StringEquals":{"s3:delimiter":"/"}"#),
        Asked(.get, "?prefix=a/", if: #""StringEquals":{"s3:prefix":"a/"}"#),
    ]

    /// Condition keys that a request answers: a request that has one is let in by it alone, and not without it.
    @Test(.againstHangs) func policiesAskOfRequests() async throws {
        try await Depot.run { depot, _ in
            for asked in Self.asked {
                try await depot.setPolicy(
                    Depot.everybody("Allow", "PutObject", "ListBucket", if: asked.condition),
                    Depot.everybody("Allow", "PutObjectAcl", "PutObjectTagging", on: ["/*"])
                )
                let body = asked.method == .put ? "x" : ""
                let without = try await depot.nobody(asked.method, String(asked.tail.prefix { $0 != "?" }), [:], body)
                #expect(without.status == 403, "\(asked.condition): \(without.status) \(without.body)")
                let with = try await depot.nobody(asked.method, asked.tail, asked.headers, body)
                #expect(with.status == 200, "\(asked.condition): \(with.status) \(with.body)")
                try await depot.done(.delete, "/key", status: 204)
            }
            try await depot.setPolicy(Depot.everybody("Allow", "PutObject", if: #""Bool":{"s3:ObjectCreationOperation":"true"}"#))
            #expect(try await depot.nobody(.put, "/key", [:], "x").status == 200)
            // Tags in the body count as those in the header.
            let isOpen = #""StringEquals":{"s3:RequestObjectTag/class":"open"}"#
            try await depot.setPolicy(Depot.everybody("Allow", "PutObjectTagging", on: ["/*"], if: isOpen))
            for (value, status) in [("secret", 403), ("open", 200)] {
                let tags = "<Tagging><TagSet><Tag><Key>class</Key><Value>\(value)</Value></Tag></TagSet></Tagging>"
                #expect(try await depot.nobody(.put, "/key?tagging", [:], tags).status == status, "\(value)")
            }
        }
    }

    @Test(.againstHangs) func policiesAskHowARequestIsSigned() async throws {
        try await Depot.run { depot, edge in
            try await depot.done(.put, "/key", [:], "x")
            for (condition, isRefused) in [
                (#""StringNotEquals":{"s3:signatureversion":"AWS4-HMAC-SHA256"}"#, false),
                (#""StringEquals":{"s3:authType":"REST-HEADER"}"#, true),
                (#""NumericGreaterThan":{"s3:signatureAge":"600000"}"#, false), (#""NumericLessThan":{"s3:signatureAge":"600000"}"#, true),
                (#""Null":{"s3:x-amz-content-sha256":"true"}"#, false), (#""StringEquals":{"s3:ResourceAccount":"123456789012"}"#, false),
            ] {
                try await depot.setPolicy(Depot.everybody("Deny", "GetObject", if: condition))
                let answer = try await depot.owner(.get, "/key")
                #expect(answer.status == (isRefused ? 403 : 200), "\(condition): \(answer.status) \(answer.body)")
            }
        }
    }

    /// docs/behaviour/policies.md lists the condition keys of S3 in a table.
    @Test func theListOfConditionKeysIsTrue() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/behaviour/policies.md")
            .standardizedFileURL
        let text = try String(contentsOf: page, encoding: .utf8)
        let section = try #require(text.components(separatedBy: "\n## ").first { $0.hasPrefix("Condition keys of S3\n") })
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
        let listed = rows.flatMap { row in
            row.split(separator: "|")[0].split(separator: "`").filter { $0.hasPrefix("s3:") }.map { $0.lowercased() }
        }
        let plain = listed.map { $0.contains("/") ? String($0.prefix { $0 != "/" }) + "/" : $0 }
        #expect(Set(plain) == S3ConditionKeys.all)
        #expect(Set(plain).count == plain.count)
    }
}
