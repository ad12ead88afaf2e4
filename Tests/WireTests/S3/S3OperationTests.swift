import TestSupport
import Testing
import Wire

@Suite struct S3OperationTests {
    private static func operation(_ method: String, _ path: String, _ query: String = "", copy: Bool = false) throws -> S3Operation {
        let target = try RequestTarget(path: path, query: query)
        let address = try S3Address(host: "127.0.0.1", path: target.path, baseNames: [])
        return try S3Operation(method: method, address: address, query: S3Query(target.query), hasCopySource: copy)
    }

    @Test(
        arguments: [
            ("GET", "/", "", .listBuckets), ("PUT", "/b", "", .createBucket), ("HEAD", "/b/", "", .headBucket),
            ("DELETE", "/b", "", .deleteBucket),
            ("GET", "/b", "", .listObjects), ("GET", "/b", "list-type=2&prefix=x", .listObjectsV2),
            ("GET", "/b", "list-type=1", .listObjects),
            ("GET", "/b", "versions", .listObjectVersions), ("GET", "/b", "uploads=", .listMultipartUploads),
            ("POST", "/b", "delete", .deleteObjects),
            ("GET", "/b", "location", .getBucketLocation), ("GET", "/b", "cors", .getBucketCORS), ("PUT", "/b", "cors", .notImplemented),
            ("GET", "/b", "inventory&id=1", .notImplemented), ("PUT", "/b", "publicAccessBlock", .putPublicAccessBlock),
            ("GET", "/b/k", "x-id=GetObject", .getObject), ("GET", "/b/k", "foo=1&acl", .getObjectACL),
            ("HEAD", "/b/k", "partNumber=1", .headObject),
            ("PUT", "/b/k", "x-id=PutObject", .putObject), ("POST", "/b/k", "uploads", .createMultipartUpload),
            ("PUT", "/b/k", "partNumber=1&uploadId=u", .uploadPart), ("POST", "/b/k", "uploadId=u", .completeMultipartUpload),
            ("DELETE", "/b/k", "uploadId=u", .abortMultipartUpload), ("GET", "/b/k", "uploadId=u", .listParts),
            ("GET", "/b/k", "torrent", .notImplemented), ("DELETE", "/b/k", "versionId=v", .deleteObject),
        ] as [(String, String, String, S3Operation)]
    )
    func isRecognised(_ method: String, path: String, query: String, expected: S3Operation) throws {
        #expect(try Self.operation(method, path, query) == expected)
    }

    @Test func aCopySourceMakesACopyOfAPut() throws {
        #expect(try Self.operation("PUT", "/b/k", copy: true) == .copyObject)
        #expect(try Self.operation("PUT", "/b/k", "uploadId=u&partNumber=3", copy: true) == .uploadPartCopy)
    }

    @Test(arguments: [
        ("PUT", "/", ""), ("PATCH", "/b", ""), ("POST", "/b/k", ""), ("DELETE", "/b", "location"), ("GET", "/b", "acl&policy"),
        ("PUT", "/b/k", "uploadId=u"), ("GET", "/b/k", "versionId=1&version%49d=2"),
    ])
    func whatS3HasNotIsRefused(_ method: String, path: String, query: String) {
        #expect(throws: S3Error.self) { try Self.operation(method, path, query) }
    }

    @Test func parametersAreRead() throws {
        let query = try S3Query(RequestQuery("max-keys=5000&partNumber=10000&encoding-type=url&prefix=a+b%2B&empty".utf8))
        #expect(try query.count("max-keys") == 1000)
        #expect(try query.count("absent") == nil)
        #expect(try query.partNumber() == 10_000)
        #expect(try query.encodesKeys())
        #expect(query["prefix"] == "a b+")
        #expect(query["empty"] == "")
        for bad in ["max-keys=-1", "max-keys=x", "partNumber=0", "partNumber=10001", "encoding-type=xml"] {
            let query = try S3Query(RequestQuery(bad.utf8))
            #expect(throws: S3Error.self, "\(bad)") { (try query.count("max-keys"), try query.partNumber(), try query.encodesKeys()) }
        }
    }

    @Test(arguments: [61, 62] as [UInt64])
    func anyQueryIsReadOrRefused(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<3000 {
            let text = String(decoding: random.bytes(upTo: 30, alphabet: "acl&uploads=%2+/bk"), as: UTF8.self)
            _ = try? Self.operation("GET", "/\(text)", text)
            if let path = try? RequestPath("/\(text)"), let address = try? S3Address(host: text, path: path, baseNames: ["a", "b.k"]),
                let key = address.key
            {
                #expect(!key.isEmpty && key.utf8.count <= 1024)
            }
            if let source = try? CopySource(header: text) { #expect(!source.bucket.isEmpty && !source.key.isEmpty) }
        }
    }
}
