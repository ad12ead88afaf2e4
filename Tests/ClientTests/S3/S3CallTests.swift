import Client
import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import Testing

@Suite struct S3CallTests {
    private let place = ObjectPlace(bucket: "depot", key: "web/disk of mine.part.00")

    private static func error(_ code: String, status: Int) -> StubReply {
        .xml("<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>why</Message><RequestId>r1</RequestId></Error>", status: status)
    }

    @Test func putObjectVouchesForItsBytes() async throws {
        let bytes = ByteBuffer(string: "the bytes of a part")
        try await withStub(script: { _ in .answer(status: 200) }) { world in
            try await world.client.putObject(bytes, at: place, type: "text/plain", acl: "aws-exec-read", region: "eu-west-1")
            let request = try #require(world.server.requests.first)
            #expect((request.method, request.path) == ("PUT", "/depot/web/disk%20of%20mine.part.00"))
            #expect(request.body == bytes)
            #expect(request.headers.first(name: "content-length") == "19")
            #expect(request.headers.first(name: "x-amz-acl") == "aws-exec-read")
            let digest = Data(SHA256.hash(data: Array(bytes.readableBytesView))).base64EncodedString()
            #expect(request.headers.first(name: "x-amz-checksum-sha256") == digest)
            let authorization = try #require(request.headers.first(name: "authorization"))
            #expect(authorization.contains("/eu-west-1/s3/aws4_request"))
            #expect(authorization.contains("x-amz-acl;x-amz-checksum-sha256;x-amz-content-sha256;x-amz-date"))
        }
    }

    @Test func bytesThatWereChangedOnTheWayAreSentAgain() async throws {
        let queue = ReplyQueue([Self.error("BadDigest", status: 400), Self.error("BadDigest", status: 400), .answer(status: 200)])
        try await withStub(script: { _ in await queue.next() }) { world in
            try await world.client.putObject(ByteBuffer(string: "x"), at: place, type: "text/plain", region: "eu-west-1")
            #expect(world.server.requests.count == 3)
        }
        try await withStub(script: { _ in Self.error("BadDigest", status: 400) }) { world in
            let failed = await #expect(throws: AWSError.self) {
                try await world.client.putObject(ByteBuffer(string: "x"), at: place, type: "text/plain", region: "eu-west-1")
            }
            #expect((failed?.code, failed?.message, failed?.requestID) == ("BadDigest", "why", "r1"))
            #expect(world.server.requests.count == 3)
        }
    }

    @Test func aBrokenConnectionAndABusyServiceAreTriedAgain() async throws {
        let queue = ReplyQueue([
            .hangUp, Self.error("SlowDown", status: 503), Self.error("RequestTimeout", status: 400), .answer(status: 200),
        ])
        try await withStub(script: { _ in await queue.next() }) { world in
            try await world.client.putObject(ByteBuffer(string: "x"), at: place, type: "text/plain", region: "eu-west-1")
            #expect(world.server.requests.count == 4)
            #expect(world.clock.waits.count == 3)
        }
    }

    /// Answers HEAD and ranges as S3 does.
    private static func serving(_ content: ByteBuffer, tag: String = "\"v1\"") -> StubServer.Script {
        { request in
            if request.method == "HEAD" {
                return .answer(status: 200, headers: [("etag", tag)], body: content)
            }
            guard request.headers.first(name: "if-match") == tag else { return error("PreconditionFailed", status: 412) }
            let ends = (request.headers.first(name: "range") ?? "").dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) }
            guard ends.count == 2, let slice = content.getSlice(at: ends[0], length: ends[1] - ends[0] + 1) else {
                return error("InvalidRange", status: 416)
            }
            return .answer(status: 206, headers: [("etag", tag)], body: slice)
        }
    }

    @Test func anObjectIsReadInPieces() async throws {
        let size = Int(AWSClient.objectPiece) + 1000
        let content = ByteBuffer(bytes: (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
        try await withStub(script: Self.serving(content)) { world in
            let object = try #require(try await world.client.object(at: place, region: "eu-west-1"))
            #expect(object.size == Int64(size))
            var read = ByteBuffer()
            while let piece = try await world.client.readObject(object, from: Int64(read.readableBytes)) {
                read.writeImmutableBuffer(piece)
            }
            #expect(read == content)
            #expect(world.server.requests.map(\.method) == ["HEAD", "GET", "GET"])
        }
    }

    @Test func piecesAreOfOneVersion() async throws {
        try await withStub(script: Self.serving(ByteBuffer(string: "new"), tag: "\"v2\"")) { world in
            var object = try #require(try await world.client.object(at: place, region: "eu-west-1"))
            object.entityTag = "\"v1\""
            let older = object
            let failed = await #expect(throws: AWSError.self) { try await world.client.readObject(older, from: 0) }
            #expect(failed?.code == "PreconditionFailed")
        }
    }

    @Test func aPieceOfAnotherLengthIsRefused() async throws {
        let script: StubServer.Script = { request in
            .answer(status: request.method == "HEAD" ? 200 : 206, headers: [("etag", "\"v\"")], body: ByteBuffer(string: "12345"))
        }
        try await withStub(script: script) { world in
            var object = try #require(try await world.client.object(at: place, region: "eu-west-1"))
            object.size = 9
            let longer = object
            await #expect(throws: UnexpectedAnswer.self) { try await world.client.readObject(longer, from: 0) }
        }
    }

    @Test func whatIsNotThereIsNil() async throws {
        try await withStub(script: { _ in .answer(status: 404) }) { world in
            let object = try await world.client.object(at: place, region: "eu-west-1")
            let region = try await world.client.region(ofBucket: "depot", asking: "eu-west-1")
            #expect(object == nil && region == nil)
            #expect(world.server.requests.map(\.path) == ["/depot/web/disk%20of%20mine.part.00", "/depot"])
        }
    }

    @Test func aBucketSaysWhereItIs() async throws {
        for status in [200, 301, 400] {
            let reply = StubReply.answer(status: status, headers: [("x-amz-bucket-region", "ap-south-1")])
            try await withStub(script: { _ in reply }) { world in
                let region = try await world.client.region(ofBucket: "depot", asking: "eu-west-1")
                #expect(region == "ap-south-1")
            }
        }
        try await withStub(script: { _ in .answer(status: 403) }) { world in
            let failed = await #expect(throws: AWSError.self) { try await world.client.region(ofBucket: "depot", asking: "eu-west-1") }
            #expect(failed?.code == "HTTP403")
        }
    }

    @Test func aBucketIsMadeWhereItIsAskedFor() async throws {
        let queue = ReplyQueue([.answer(status: 200), .answer(status: 200), Self.error("BucketAlreadyOwnedByYou", status: 409)])
        try await withStub(script: { _ in await queue.next() }) { world in
            for region in ["us-east-1", "eu-west-1", "eu-west-1"] { try await world.client.createBucket("depot", region: region) }
            let requests = world.server.requests
            #expect(requests.map(\.path) == ["/depot", "/depot", "/depot"])
            #expect(requests[0].body.readableBytes == 0)
            #expect(String(buffer: requests[1].body).contains("<LocationConstraint>eu-west-1</LocationConstraint>"))
        }
        try await withStub(script: { _ in Self.error("BucketAlreadyExists", status: 409) }) { world in
            await #expect(throws: AWSError.self) { try await world.client.createBucket("depot", region: "eu-west-1") }
        }
    }

    @Test func deletionsGoAThousandACall() async throws {
        let keys = (0..<1500).map { "web/part & <\($0)>" }
        let queue = ReplyQueue([
            .xml("<DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>"),
            .xml("<DeleteResult><Error><Key>web/x</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>"),
        ])
        try await withStub(script: { _ in await queue.next() }) { world in
            let left = try await world.client.deleteObjects(keys, in: "depot", region: "eu-west-1")
            #expect(left == [ObjectDeletionFailure(key: "web/x", cause: "AccessDenied: no")])
            let requests = world.server.requests
            #expect(requests.map { $0.query } == ["delete=", "delete="])
            #expect(requests.map { String(buffer: $0.body).components(separatedBy: "<Object>").count - 1 } == [1000, 500])
            #expect(String(buffer: requests[1].body).contains("<Key>web/part &amp; &lt;1499&gt;</Key>"))
            #expect(requests.allSatisfy { $0.headers.first(name: "x-amz-checksum-sha256") != nil })
        }
        try await withStub(script: { _ in .xml("<html/>") }) { world in
            await #expect(throws: UnexpectedAnswer.self) { try await world.client.deleteObjects(["a"], in: "depot", region: "eu-west-1") }
        }
        try await withStub(script: { _ in .hangUp }) { world in
            let left = try await world.client.deleteObjects([], in: "depot", region: "eu-west-1")
            #expect(left == [])
        }
    }
}
