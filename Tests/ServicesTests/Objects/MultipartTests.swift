import Domain
import Foundation
import NIOCore
import Services
import TestSupport
import Testing

@Suite struct MultipartTests {
    private static let partBytes = 5 << 20

    private func part(_ number: Int, _ content: ByteBuffer, of upload: MultipartUpload, _ world: World) async throws -> MultipartUpload.Part
    {
        var body = SampleBody(content, pieceBytes: 1 << 18, md5: UInt8(truncatingIfNeeded: number))
        return try await world.objects().putPart(number, of: upload, &body)
    }

    private func complete(_ upload: MultipartUpload, _ numbers: [Int], _ world: World) async throws -> StoredObject {
        let chosen = numbers.map {
            (number: $0, etag: String(repeating: $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16), count: 16))
        }
        return try await world.objects().complete(upload, parts: chosen, condition: nil) { ("tag-\($0.count)", nil) }
    }

    private func run(_ body: (World, MultipartUpload) async throws -> Void) async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            let put = ObjectPut(bucket: "depot", key: "key", attributes: .init(metadata: ["a": "b"]))
            try await body(world, try await world.objects().createUpload(put, checksumAlgorithm: nil, checksumType: nil))
        }
    }

    @Test func anObjectIsItsPartsInOrder() async throws {
        try await run { world, upload in
            let contents = [
                SampleBody.content(Self.partBytes, seed: 1), SampleBody.content(Self.partBytes + 77, seed: 2),
                SampleBody.content(10, seed: 3),
            ]
            // In any order, and one of them twice.
            _ = try await part(3, SampleBody.content(99, seed: 4), of: upload, world)
            for number in [3, 1, 2] { _ = try await part(number, contents[number - 1], of: upload, world) }
            _ = try await part(9, SampleBody.content(50, seed: 5), of: upload, world)
            await expectFault(.noSuchKey) { _ = try await world.objects().head("key", in: "depot") }
            try await world.collectAll()
            let object = try await complete(upload, [1, 2, 3], world)
            try await world.collectAll()

            var whole = ByteBuffer()
            for var content in contents { whole.writeBuffer(&content) }
            let found = try await world.objects().head("key", in: "depot")
            #expect(found == object && found.etag == "tag-3" && found.attributes.metadata == ["a": "b"])
            #expect(try await world.read(found) == whole)
            let seam = Int64(Self.partBytes)
            #expect(try await world.read(found, seam - 3..<seam + 5) == whole.getSlice(at: Self.partBytes - 3, length: 8))
            await expectFault(.noSuchUpload) { _ = try await world.objects().upload(upload.id, of: "key", in: "depot") }
        }
    }

    @Test func wrongListsOfPartsAreRefused() async throws {
        try await run { world, upload in
            for number in [1, 2] { _ = try await part(number, SampleBody.content(Self.partBytes - number, seed: 1), of: upload, world) }
            await expectFault(.entityTooSmall) { _ = try await complete(upload, [1, 2], world) }
            await expectFault(.invalidPartOrder) { _ = try await complete(upload, [2, 1], world) }
            await expectFault(.invalidPartOrder) { _ = try await complete(upload, [1, 1], world) }
            await expectFault(.invalidPart) { _ = try await complete(upload, [1, 3], world) }
            for number in [0, 10_001] {
                await expectFault(.invalidArgument) { _ = try await part(number, ByteBuffer(), of: upload, world) }
            }
            #expect(try await complete(upload, [2], world).bytes == Int64(Self.partBytes - 2))
        }
    }

    @Test func whatIsAbortedIsFreed() async throws {
        try await run { world, upload in
            let before = try await world.framesAlive()
            _ = try await part(1, SampleBody.content(900_000, seed: 1), of: upload, world)
            try await world.objects().abort(upload)
            await expectFault(.noSuchUpload) { _ = try await part(2, SampleBody.content(10, seed: 2), of: upload, world) }
            try await world.collectAll()
            #expect(try await world.framesAlive() == before)
        }
    }

    @Test func aBucketTakesItsUploadsWithIt() async throws {
        try await run { world, upload in
            _ = try await part(1, SampleBody.content(900_000, seed: 1), of: upload, world)
            try await world.buckets().delete("depot")
            try await world.collectAll()
            #expect(try await world.framesAlive() == 0)
        }
    }
}
