import Client
import Foundation
import NIOCore
import NIOHTTP1
import Testing

@Suite struct EBSCallTests {
    @Test func startSnapshot() async throws {
        let reply = StubReply.json(#"{"SnapshotId":"snap-1","BlockSize":524288,"VolumeSize":2,"Status":"pending"}"#, status: 201)
        try await withStub(script: { _ in reply }) { world in
            let start = SnapshotStart(sizeGiB: 2, details: "d", tags: [ResourceTag(key: "k", value: "v")], clientToken: "token")
            #expect(try await world.client.startSnapshot(start, region: "us-east-1") == "snap-1")
            let request = try #require(world.server.requests.first)
            #expect((request.method, request.path) == ("POST", "/snapshots"))
            let body = try #require(try JSONSerialization.jsonObject(with: Data(Array(request.body.readableBytesView))) as? [String: Any])
            #expect(body["VolumeSize"] as? Int == 2)
            #expect(body["ClientToken"] as? String == "token")
            #expect(body["Tags"] as? [[String: String]] == [["Key": "k", "Value": "v"]])
        }
    }

    @Test func aServerWithOtherBlocksIsRefused() async throws {
        try await withStub(script: { _ in .json(#"{"SnapshotId":"snap-1","BlockSize":4096}"#, status: 201) }) { world in
            let start = SnapshotStart(sizeGiB: 1, details: nil, tags: [], clientToken: "t")
            await #expect(throws: UnexpectedAnswer.self) { try await world.client.startSnapshot(start, region: "us-east-1") }
        }
    }

    @Test func completeSnapshotOfNothingCarriesNoChecksum() async throws {
        try await withStub(script: { _ in .json(#"{"Status":"pending"}"#, status: 202) }) { world in
            try await world.client.completeSnapshot("snap-1", changedBlocks: 0, aggregate: nil, region: "us-east-1")
            var checksum = LinearChecksum()
            checksum.append(BlockDigest(of: StubEBS.block(1)))
            try await world.client.completeSnapshot("snap-1", changedBlocks: 1, aggregate: checksum.value, region: "us-east-1")
            let requests = world.server.requests
            #expect(requests.map(\.path) == ["/snapshots/completion/snap-1", "/snapshots/completion/snap-1"])
            #expect(requests.map { $0.headers.first(name: "x-amz-changedblockscount") } == ["0", "1"])
            #expect(requests[0].headers.first(name: "x-amz-checksum") == nil)
            #expect(requests[1].headers.first(name: "x-amz-checksum-aggregation-method") == "LINEAR")
            #expect(requests.allSatisfy { $0.headers.first(name: "content-length") == "0" })
        }
    }

    @Test func anEmptyNextTokenEndsTheListing() async throws {
        let reply = StubReply.json(#"{"Blocks":[{"BlockIndex":5,"BlockToken":"t"}],"VolumeSize":1,"BlockSize":524288,"NextToken":""}"#)
        try await withStub(script: { _ in reply }) { world in
            var count = 0
            for try await _ in world.client.blocks(of: "snap-1", region: "us-east-1") { count += 1 }
            #expect(count == 1)
            #expect(world.server.requests.count == 1)
        }
    }

    @Test func emptyPagesBeforeTheLastAreSteppedOver() async throws {
        let queue = ReplyQueue([
            .json(#"{"ChangedBlocks":[],"VolumeSize":1,"NextToken":"a"}"#),
            .json(#"{"ChangedBlocks":[{"BlockIndex":3,"FirstBlockToken":"x"}],"VolumeSize":1,"NextToken":"b"}"#),
            .json(#"{"VolumeSize":1}"#),
        ])
        try await withStub(script: { _ in await queue.next() }) { world in
            var blocks: [ChangedBlock] = []
            for try await block in world.client.changedBlocks(from: "snap-1", to: "snap-2", region: "us-east-1") { blocks.append(block) }
            #expect(blocks == [ChangedBlock(index: 3, firstToken: "x", secondToken: nil)])
            #expect(world.server.requests.map { $0.parameter("pageToken") } == [nil, "a", "b"])
        }
    }

    @Test func aBlockWithoutAChecksumIsRefused() async throws {
        try await withStub(script: { _ in .answer(status: 200, body: StubEBS.block(1)) }) { world in
            await #expect(throws: UnexpectedAnswer.self) {
                try await world.client.getSnapshotBlock(ListedBlock(index: 0, token: "t"), of: "snap-1", region: "us-east-1")
            }
        }
    }
}
