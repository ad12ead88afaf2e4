import Client
import Crypto
import NIOCore
import NIOHTTP1
import Testing
import Wire

@Suite struct SigningTests {
    /// Verifies a received request the way a server does.
    private func verify(_ request: StubRequest, unsigned: Bool = false) throws -> SignatureClaim {
        let signable = SignableRequest(
            method: request.method,
            target: try RequestTarget(path: request.path, query: request.query),
            headers: request.headers.map { (name: $0.name, value: $0.value) }
        )
        let claim = try #require(try SignatureClaim(request: signable))
        try claim.verify(
            request: signable,
            secretAccessKey: StubWorld.credential.secretAccessKey,
            payload: unsigned ? .unsigned : .hashing(Array(request.body.readableBytesView)),
            now: StubWorld.now
        )
        return claim
    }

    @Test func anEC2CallCarriesASignatureOfItsBody() async throws {
        try await withStub(script: { _ in .xml("<DescribeRegionsResponse/>") }) { world in
            _ = try await world.client.ec2("DescribeRegions", [("Filter.1.Value.1", "a b+c/ü")], region: "eu-west-1")
            let request = try #require(world.server.requests.first)
            let claim = try verify(request)
            #expect(claim.scope == CredentialScope(date: "20261122", region: "eu-west-1", service: "ec2"))
            #expect(claim.signedHeaders.contains("host"))
            #expect(request.method == "POST" && request.path == "/")
            #expect(request.form("Action") == "DescribeRegions")
            #expect(request.form("Version") == "2016-11-15")
            #expect(request.form("Filter.1.Value.1") == "a b+c/ü")
        }
    }

    @Test func queryParametersAreSignedAsTheyAreSent() async throws {
        let ebs = StubEBS()
        ebs.add("snap-1", blocks: [0: StubEBS.block(1), 1: StubEBS.block(2), 2: StubEBS.block(3), 9: StubEBS.block(4)])
        try await withStub(script: ebs.answer) { world in
            var indexes: [Int] = []
            for try await block in world.client.blocks(of: "snap-1", region: "us-west-2") { indexes.append(block.index) }
            #expect(indexes == [0, 1, 2, 9])
            _ = try await world.client.getSnapshotBlock(ListedBlock(index: 9, token: "t+/9="), of: "snap-1", region: "us-west-2")
            for request in world.server.requests { #expect(try verify(request).scope.service == "ebs") }
            #expect(world.server.requests.count == 3)
            #expect(world.server.requests.last?.parameter("blockToken") == "t+/9=")
        }
    }

    @Test func aBlockIsPutWithItsChecksumAndAnUnsignedBody() async throws {
        try await withStub(script: { _ in .json("{}", status: 201) }) { world in
            let bytes = StubEBS.block(7)
            let block = DiskBlock(index: 4_711, bytes: bytes, digest: BlockDigest(of: bytes))
            try await world.client.putSnapshotBlock(block, into: "snap-9", region: "us-east-1")
            let request = try #require(world.server.requests.first)
            #expect(request.path == "/snapshots/snap-9/blocks/4711")
            #expect(request.headers.first(name: "x-amz-content-sha256") == "UNSIGNED-PAYLOAD")
            #expect(request.headers.first(name: "x-amz-data-length") == "524288")
            #expect(request.headers.first(name: "x-amz-checksum") == StubEBS.checksum(bytes))
            #expect(request.headers.first(name: "x-amz-checksum-algorithm") == "SHA256")
            #expect(request.body == bytes)
            _ = try verify(request, unsigned: true)
        }
    }

    @Test func aChangedBodyIsNoticed() async throws {
        try await withStub(script: { _ in .xml("<R/>") }) { world in
            _ = try await world.client.ec2("DescribeImages", [], region: "us-east-1")
            var request = try #require(world.server.requests.first)
            request.body.writeString("&More=1")
            #expect(throws: SignatureError.self) { try verify(request) }
        }
    }
}
