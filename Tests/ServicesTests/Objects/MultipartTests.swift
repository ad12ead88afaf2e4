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

    private func chosen(_ numbers: [Int]) -> [(number: Int, etag: String)] {
        numbers.map { (number: $0, etag: String(repeating: $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16), count: 16)) }
    }

    @discardableResult
    private func complete(_ upload: MultipartUpload, _ numbers: [Int], _ world: World, if condition: WriteCondition? = nil) async throws
        -> EndedUpload.Completion
    {
        try await world.objects().complete(upload, parts: chosen(numbers), condition: condition) { ("tag-\($0.count)", nil) }
    }

    /// What a client is told that asks again.
    private func again(_ upload: MultipartUpload, _ numbers: [Int], _ world: World) async throws -> EndedUpload.Completion? {
        try await world.objects().completion(ofEnded: upload.id, of: "key", in: "depot", parts: chosen(numbers))
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
            let made = try await complete(upload, [1, 2, 3], world)
            try await world.collectAll()

            var whole = ByteBuffer()
            for var content in contents { whole.writeBuffer(&content) }
            let found = try await world.objects().head("key", in: "depot")
            #expect(made.etag == "tag-3" && made.version == found.version)
            #expect(found.etag == "tag-3" && found.attributes.metadata == ["a": "b"])
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
            try await complete(upload, [2], world)
            #expect(try await world.objects().head("key", in: "depot").bytes == Int64(Self.partBytes - 2))
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

    /// A client that lost the answer asks again: with the same parts it is told the same, also when the object is gone since.
    @Test func whatIsCompletedAgainIsToldTheSame() async throws {
        try await run { world, upload in
            for number in [1, 2] { _ = try await part(number, SampleBody.content(Self.partBytes, seed: UInt64(number)), of: upload, world) }
            #expect(try await again(upload, [1, 2], world) == nil)
            let made = try await complete(upload, [1, 2], world)
            await expectFault(.noSuchUpload) { try await complete(upload, [1, 2], world) }
            #expect(try await again(upload, [1, 2], world) == made)
            #expect(try await again(upload, [1], world) == nil)
            #expect(try await world.objects().completion(ofEnded: upload.id, of: "other", in: "depot", parts: chosen([1, 2])) == nil)
            _ = try await world.objects().delete("key", in: "depot")
            #expect(try await again(upload, [1, 2], world) == made)
            #expect(try await world.objects().hasEnded(upload.id, of: "key", in: "depot"))

            world.clock.advance(seconds: EndedUpload.lifetime - 1)
            #expect(try await again(upload, [1, 2], world) == made)
            world.clock.advance(seconds: 2)
            #expect(try await again(upload, [1, 2], world) == nil)
        }
    }

    /// The bucket that comes after it under the same name knows nothing of its uploads.
    @Test func aBucketTakesWhatIsKnownOfItsUploadsWithIt() async throws {
        try await run { world, upload in
            _ = try await part(1, SampleBody.content(10, seed: 1), of: upload, world)
            try await complete(upload, [1], world)
            _ = try await world.objects().delete("key", in: "depot")
            try await world.buckets().delete("depot")
            try await world.buckets().create("depot")
            #expect(try await again(upload, [1], world) == nil)
            #expect(try await !world.objects().hasEnded(upload.id, of: "key", in: "depot"))
        }
    }

    /// What changes the object under a key while an upload of the key is under way.
    enum Change: CaseIterable {
        case put
        case delete
        case copy
        case anotherUpload
    }

    private func make(_ change: Change, _ world: World) async throws {
        switch change {
        case .put: try await world.put("key", SampleBody.content(7, seed: 8))
        case .delete: _ = try await world.objects().delete("key", in: "depot")
        case .copy:
            try await world.put("source", SampleBody.content(7, seed: 8))
            let origin = try await world.objects().copyOrigin("source", in: "depot", version: nil)
            let put = ObjectPut(bucket: "depot", key: "key", attributes: ObjectAttributes())
            _ = try await world.objects().copy(origin, to: put, attributes: ObjectAttributes())
        case .anotherUpload:
            let put = ObjectPut(bucket: "depot", key: "key", attributes: ObjectAttributes())
            let upload = try await world.objects().createUpload(put)
            _ = try await part(1, SampleBody.content(7, seed: 8), of: upload, world)
            try await complete(upload, [1], world)
        }
    }

    @Test(arguments: Change.allCases)
    func aKeyThatChangesDuringAConditionalUploadIsAConflict(change: Change) async throws {
        try await run { world, _ in
            try await world.put("key", SampleBody.content(5, seed: 9))
            let put = ObjectPut(bucket: "depot", key: "key", attributes: ObjectAttributes())
            let upload = try await world.objects().createUpload(put)
            _ = try await part(1, SampleBody.content(10, seed: 1), of: upload, world)
            try await make(change, world)
            let current = try? await world.objects().head("key", in: "depot")
            let condition = current.map { WriteCondition.hasTag($0.etag) } ?? .isAbsent
            await expectFault(.conditionalRequestConflict) { try await complete(upload, [1], world, if: condition) }
            #expect(try await again(upload, [1], world) == nil)
            let left = try? await world.objects().head("key", in: "depot")
            #expect(left == current)
            // A condition that does not hold comes first, and without one there is nothing to be in conflict with.
            await expectFault(current == nil ? .noSuchKey : .objectPreconditionFailed) {
                try await complete(upload, [1], world, if: .hasTag("another"))
            }
            try await complete(upload, [1], world)
        }
    }

    @Test func otherKeysAndTagsAreNoConflict() async throws {
        try await run { world, _ in
            try await world.put("key", SampleBody.content(5, seed: 9))
            let put = ObjectPut(bucket: "depot", key: "key", attributes: ObjectAttributes())
            let upload = try await world.objects().createUpload(put)
            _ = try await part(1, SampleBody.content(10, seed: 1), of: upload, world)
            try await world.put("key2", SampleBody.content(5, seed: 9))
            _ = try await world.objects().setTags(["a": "b"], of: "key", in: "depot")
            let tag = try await world.objects().head("key", in: "depot").etag
            try await complete(upload, [1], world, if: .hasTag(tag))
        }
    }
}
