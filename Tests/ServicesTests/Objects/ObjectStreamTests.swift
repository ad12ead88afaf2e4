import Blocks
import Domain
import Metadata
import NIOCore
import Services
import TestSupport
import Testing

/// Objects of which nobody knows beforehand how long they become.
@Suite struct ObjectStreamTests {
    private func put(_ stream: some ObjectStream, as key: String, in world: World) async throws -> StoredObject {
        var stream = stream
        return try await world.objects().put(ObjectPut(bucket: "depot", key: key, attributes: .init()), stream: &stream)
    }

    @Test(arguments: [0, 1, BlockSize.bytes - 1, BlockSize.bytes, BlockSize.bytes + 1, 3_000_000])
    func aStreamMakesTheObjectThatItsBytesMake(length: Int) async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            let content = SampleBody.content(length, seed: UInt64(length))
            // What is declared is not looked at.
            let object = try await put(SampleBody(content, pieceBytes: 77_777, declared: 5), as: "stream", in: world)
            #expect(object.bytes == Int64(length))
            #expect(object.segments.map(\.root) == (try await world.put("body", content)).segments.map(\.root))
            try await world.collectAll()
            #expect(try await world.read(try await world.objects().head("stream", in: "depot")) == content)
        }
    }

    @Test func aStreamThatFailsLeavesTheOldObject() async throws {
        struct Failure: Error {}
        struct Failing: ObjectStream {
            var pieces = [ByteBuffer(repeating: 1, count: BlockSize.bytes * 3)][...]
            let identity = ObjectIdentity(md5: [], checksum: nil)

            mutating func next() async throws -> ByteBuffer? {
                guard let piece = pieces.popFirst() else { throw Failure() }
                return piece
            }
        }
        try await World.run { world in
            try await world.buckets().create("depot")
            let old = try await put(SampleBody(SampleBody.content(1_000, seed: 1)), as: "key", in: world)
            await #expect(throws: Failure.self) { _ = try await put(Failing(), as: "key", in: world) }
            #expect(try await world.objects().head("key", in: "depot") == old)
            // What was stored of it is looked for.
            let now = world.clock.now
            #expect(try await world.store(World.home).database.read { try ReleaseTable($0).hasAny(until: now) })
        }
    }

    /// In parts that need not be of whole pieces, with an end inside of a part, at the end of one, and before the first.
    @Test(arguments: [0, 3, 5 << 20, 11 << 20, 15 << 20])
    func aLongStreamIsStoredInParts(length: Int) async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            let objects = world.objects()
            let put = ObjectPut(bucket: "depot", key: "key", attributes: .init())
            let content = SampleBody.content(length, seed: UInt64(length))
            let upload = try await objects.createUpload(put, checksumAlgorithm: nil, checksumType: nil)
            let source = BodyPieces(body: SampleBody(content, pieceBytes: 3 << 20))
            let (completion, now) = (try await objects.store(source, into: upload, partBytes: 5 << 20), world.clock.now)
            try await world.store(World.home).database.write { try completion.commit(in: $0, at: now) }
            let object = completion.object
            try await world.collectAll()
            #expect(object.bytes == Int64(length))
            #expect(object.etag.hasSuffix("-\(length / (5 << 20) + 1)"))
            #expect(try await world.read(try await objects.head("key", in: "depot")) == content)
            await expectFault(.noSuchUpload) { _ = try await objects.upload(upload.id, of: "key", in: "depot") }
        }
    }

    /// A disk of one Region in an archive in a bucket, and back into another Region.
    @Test func anArchiveIsAnObject() async throws {
        struct Archive: ObjectStream {
            var writer: ArchiveWriter
            let identity = ObjectIdentity(md5: [UInt8](repeating: 1, count: 16), checksum: nil)

            mutating func next() async throws -> ByteBuffer? { try await writer.next() }
        }
        try await World.run { world in
            try await world.buckets().create("depot")
            let source = world.store(World.home).blocks
            let root = try await source.withWriter { writer in
                let page = try BlockMapPage([
                    (slot: 3, digest: try await writer.put(TestBlock.compressible(1))),
                    (slot: 9, digest: try await writer.put(TestBlock.incompressible(2))),
                ])
                try await writer.put(page: page)
                let root = try BlockMapRoot(volumeBytes: 1 << 30, entries: [.init(page: 0, blockCount: 2, digest: page.digest)])
                try await writer.put(root: root)
                try await writer.flush()
                return root
            }
            var stored: [StoredObject] = []
            for number in 0...1 {
                let writer = try ArchiveWriter(metadata: ByteBuffer(string: "{}"), disks: [.init(root: root.digest)], of: source)
                stored.append(try await put(Archive(writer: writer), as: "ami-\(number).bin", in: world))
            }
            #expect(stored[0].segments == stored[1].segments, "the same archive is stored once")

            var reader = try await ArchiveReader(try await world.objects().read(stored[0], range: 0..<stored[0].bytes))
            let disk = try #require(try await reader.nextDisk())
            let target = world.store(World.away).blocks
            #expect(try await DiskRestore().run(disk, from: &reader, into: target) { _ in } == root.digest)
            #expect(try await reader.nextDisk() == nil)
            #expect(try await target.blocks(of: root.digest, limit: 9).map(\.index) == [3, 9])
        }
    }
}

private struct BodyPieces: ArchiveSource {
    var body: SampleBody

    mutating func next() async throws -> ByteBuffer? { try await body.next() }
}
