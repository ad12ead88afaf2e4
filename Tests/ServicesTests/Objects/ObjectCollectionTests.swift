import Blocks
import Domain
import NIOCore
import Services
import TestSupport
import Testing

/// Collections beside bodies that come slowly.
@Suite struct ObjectCollectionTests {
    /// A body whose end comes when it is let.
    private struct HeldBody: ObjectBody {
        let bytes: Int64
        let identity: ObjectIdentity
        var content: ByteBuffer
        /// Told when the first half has been taken.
        let taken: AsyncStream<Void>.Continuation
        var letting: AsyncStream<Void>.Iterator
        private var hasWaited = false

        init(_ content: ByteBuffer, taken: AsyncStream<Void>.Continuation, letting: AsyncStream<Void>) {
            (self.content, self.taken, self.letting) = (content, taken, letting.makeAsyncIterator())
            bytes = Int64(content.readableBytes)
            identity = ObjectIdentity(md5: [UInt8](repeating: 1, count: 16), checksum: nil)
        }

        mutating func next() async throws -> ByteBuffer? {
            let half = Int(bytes) / 2
            if content.readableBytes <= half, !hasWaited {
                hasWaited = true
                taken.yield()
                _ = await letting.next()
            }
            guard content.readableBytes > 0 else { return nil }
            return content.readSlice(length: min(200_000, content.readableBytes))
        }
    }

    @Test(.againstHangs, arguments: [false, true]) func aSlowBodyHoldsUpNoCollectionAndLosesNothing(isPart: Bool) async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            let garbage = try await world.put("garbage", SampleBody.content(40_000_000, seed: 1), under: .s3)
            let content = SampleBody.content(8_000_000, seed: 2)
            let (takens, taken) = AsyncStream.makeStream(of: Void.self)
            let (lettings, letting) = AsyncStream.makeStream(of: Void.self)
            let put = ObjectPut(bucket: "depot", key: "slow", attributes: .init(), encryption: .s3)
            let upload = try await world.objects().createUpload(put)
            let storing = Task {
                var body = HeldBody(content, taken: taken, letting: lettings)
                guard isPart else { return try await world.objects().put(put, &body) }
                _ = try await world.objects().putPart(1, of: upload, &body)
                let parts = [(1, String(repeating: "01", count: 16))]
                _ = try await world.objects().complete(upload, parts: parts, condition: nil) { _ in ("tag", nil) }
                return try await world.objects().head("slow", in: "depot")
            }
            var waiting = takens.makeAsyncIterator()
            _ = await waiting.next()
            _ = try await world.objects().delete(garbage.key.text, in: "depot")
            let before = try await world.framesAlive()
            try await world.collectAll()
            #expect(try await world.framesAlive() < before)
            letting.finish()
            let object = try await storing.value
            #expect(try await world.read(object) == content)
            try await world.collectAll()
            #expect(try await world.read(object) == content)
        }
    }
}
