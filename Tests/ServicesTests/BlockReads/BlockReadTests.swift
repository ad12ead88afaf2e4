import Blocks
import Domain
import Foundation
import Services
import TestSupport
import Testing

@Suite struct BlockReadTests {
    private func request(_ maxResults: Int? = nil, after token: String? = nil, from index: Int64? = nil) -> BlockPageRequest {
        BlockPageRequest(maxResults: maxResults, nextToken: token, startingBlockIndex: index)
    }

    @Test func pagesListEachBlockOnce() async throws {
        try await World.run { world in
            try await world.reconciling {
                var blocks: [Int64: UInt64] = [:]
                for number: Int64 in 0..<250 { blocks[number * 8 + 3] = UInt64(number % 5 + 1) }
                let id = try await world.snapshot(blocks)
                let reads = world.reads(World.home)
                var (seen, token): ([Int64], String?) = ([], nil)
                repeat {
                    let page = try await reads.list(id.rawValue, page: request(100, after: token))
                    #expect(page.blocks.count <= 100)
                    #expect(page.sizeGiB == 1)
                    seen += page.blocks.map(\.index)
                    token = page.nextToken
                } while token != nil
                #expect(seen == blocks.keys.sorted())
                let rest = try await reads.list(id.rawValue, page: request(from: 1000))
                #expect(rest.blocks.map(\.index) == blocks.keys.filter { $0 >= 1000 }.sorted())
                #expect(try await reads.list(id.rawValue, page: request(from: 5000)).blocks.isEmpty)
                await expectFault(.validationException) { _ = try await reads.list(id.rawValue, page: request(99)) }
                await expectFault(.validationException) { _ = try await reads.list(id.rawValue, page: request(from: -1)) }
                await expectFault(.validationException, reason: "INVALID_PAGE_TOKEN") {
                    _ = try await reads.list(id.rawValue, page: request(after: "x"))
                }
            }
        }
    }

    @Test func changesBetweenSnapshotsOfOneLineage() async throws {
        try await World.run { world in
            try await world.reconciling {
                let first = try await world.snapshot([0: 1, 5: 2, 1500: 3])
                let second = try await world.snapshot([5: 4, 6: 1, 1500: 0], parent: first)
                let stranger = try await world.snapshot([0: 1])
                let reads = world.reads(World.home)
                let page = try await reads.changes(from: first.rawValue, to: second.rawValue, page: request())
                #expect(page.blocks.map(\.index) == [5, 6, 1500])
                #expect(page.blocks.map { $0.firstToken != nil } == [true, false, true])
                #expect(page.blocks.map { $0.secondToken != nil } == [true, true, false])
                let old = try await reads.get(first.rawValue, blockIndex: 5, token: try #require(page.blocks[0].firstToken))
                let new = try await reads.get(second.rawValue, blockIndex: 5, token: try #require(page.blocks[0].secondToken))
                #expect(old.bytes == content(2))
                #expect(new.bytes == content(4))
                #expect(new.checksum == TestBlock.digest(content(4)).bytes)
                #expect(try await reads.changes(from: second.rawValue, to: second.rawValue, page: request()).blocks.isEmpty)
                let all = try await reads.changes(from: nil, to: second.rawValue, page: request())
                #expect(all.blocks.map(\.index) == [0, 5, 6])
                await expectFault(.validationException, reason: "UNRELATED_SNAPSHOTS") {
                    _ = try await reads.changes(from: stranger.rawValue, to: second.rawValue, page: request())
                }
            }
        }
    }

    @Test func aTokenReadsOneBlockOfOneSnapshotForAWeek() async throws {
        try await World.run { world in
            try await world.reconciling {
                // The same content in both: the token is still for one of them.
                let (id, other) = (try await world.snapshot([3: 1, 4: 1]), try await world.snapshot([3: 1]))
                let reads = world.reads(World.home)
                let page = try await reads.list(id.rawValue, page: request())
                let token = page.blocks[0].token
                #expect(page.expiry == world.clock.wallClock.now.addingTimeInterval(7 * 24 * 3600))
                #expect(try await reads.get(id.rawValue, blockIndex: 3, token: token).bytes == content(1))
                func refuse(_ id: SnapshotID, _ index: Int64, _ token: String, line: SourceLocation = #_sourceLocation) async {
                    await expectFault(.validationException, reason: "INVALID_BLOCK_TOKEN", sourceLocation: line) {
                        _ = try await reads.get(id.rawValue, blockIndex: index, token: token)
                    }
                }
                await refuse(id, 4, token)
                await refuse(other, 3, token)
                await refuse(id, 3, "")
                await refuse(id, 3, String(token.dropLast()))
                // A page token is none, whatever it says.
                await refuse(id, 3, world.deployment.tokens.seal([UInt8](repeating: 0, count: 60), as: .page, until: page.expiry))
                await expectFault(.validationException, reason: "INVALID_PAGE_TOKEN") {
                    _ = try await reads.list(id.rawValue, page: request(after: token))
                }
                await expectFault(.resourceNotFoundException) {
                    _ = try await BlockReads(world.call(World.home, by: known("999999999999"))).get(
                        id.rawValue,
                        blockIndex: 3,
                        token: token
                    )
                }
                await expectFault(.resourceNotFoundException) {
                    _ = try await world.reads(World.away).get(id.rawValue, blockIndex: 3, token: token)
                }
                world.clock.advance(seconds: 7 * 24 * 3600)
                #expect(try await reads.get(id.rawValue, blockIndex: 3, token: token).bytes == content(1))
                world.clock.advance(seconds: 1)
                await refuse(id, 3, token)
            }
        }
    }

    /// A page token of one listing does not go on with another.
    @Test func pageTokensAreBoundToTheirSnapshots() async throws {
        try await World.run { world in
            try await world.reconciling {
                var blocks: [Int64: UInt64] = [:]
                for number: Int64 in 0..<101 { blocks[number] = 1 }
                let id = try await world.snapshot(blocks)
                let child = try await world.snapshot([0: 2], parent: id)
                let reads = world.reads(World.home)
                let token = try #require(try await reads.list(id.rawValue, page: request(100)).nextToken)
                #expect(try await reads.list(id.rawValue, page: request(100, after: token)).blocks.map(\.index) == [100])
                await expectFault(.validationException, reason: "INVALID_PAGE_TOKEN") {
                    _ = try await reads.list(child.rawValue, page: request(100, after: token))
                }
                await expectFault(.validationException, reason: "INVALID_PAGE_TOKEN") {
                    _ = try await reads.changes(from: nil, to: id.rawValue, page: request(100, after: token))
                }
            }
        }
    }
}
