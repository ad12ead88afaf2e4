import Domain
import Services
import TestSupport
import Testing

@Suite struct PageTokenTests {
    private let sealer = TokenSealer(key: [UInt8](repeating: 3, count: 32))
    private let clock = SettableClock()

    private func token(_ listing: String, in region: Region = World.home) -> PageToken {
        PageToken(listing: listing, in: region, tokens: sealer, clock: clock.wallClock)
    }

    @Test(arguments: ["", "ami-0123456789abcdef0", "with\nnew\n\nlines\n", "ü/…"])
    func aPlaceComesBack(place: String) throws {
        #expect(try token("a").open(token("a").seal(place)) == place)
    }

    @Test func aTokenServesOnlyItsOwnListing() async {
        let sealed = token("one/Describe").seal("place")
        for other in [
            token("two/Describe"), token("one/Describe", in: World.away), token("one"), token("one/Describe/\(World.home)\nplace"),
            PageToken(listing: "one/Describe", in: World.home, tokens: TokenSealer(key: [1]), clock: clock.wallClock),
        ] {
            await expectFault(.invalidNextToken) { _ = try other.open(sealed) }
        }
        for garbage in ["", "x", String(repeating: "A", count: 5000), sealer.seal(Array("place".utf8), as: .page, until: clock.now)] {
            await expectFault(.invalidNextToken) { _ = try token("one/Describe").open(garbage) }
        }
        let block = sealer.seal(Array("one/Describe/\(World.home)\nplace".utf8), as: .block, until: clock.now)
        await expectFault(.invalidNextToken) { _ = try token("one/Describe").open(block) }
    }

    @Test func itLivesForAnHour() async throws {
        let sealed = token("a").seal("place")
        clock.advance(seconds: 3600)
        #expect(try token("a").open(sealed) == "place")
        clock.advance(seconds: 1)
        await expectFault(.invalidNextToken) { _ = try token("a").open(sealed) }
    }

    /// The tokens that Describe calls hand out, offered to other calls, other Regions and other accounts.
    @Test func describeTokensAreBound() async throws {
        try await World.run { world in
            try await world.reconciling {
                let snapshot = try await world.snapshot([0: 1])
                for number in 0..<7 { _ = try await world.register("image \(number)", over: [snapshot]) }
            }
            var query = ImageQuery()
            query.page.maxResults = 5
            let page = try await world.images(World.home).describe(query)
            #expect(page.elements.count == 5)
            let token = try #require(page.nextToken)
            query.page.nextToken = token
            #expect(try await world.images(World.home).describe(query).elements.count == 2)
            let again = query
            await expectFault(.invalidNextToken) { _ = try await world.images(World.away).describe(again) }
            await expectFault(.invalidNextToken) {
                _ = try await Images(world.call(World.home, by: known("999999999999"))).describe(again)
            }
            var snapshots = SnapshotQuery()
            snapshots.page = again.page
            let stolen = snapshots
            await expectFault(.invalidNextToken) { _ = try await world.snapshots(World.home).describe(stolen) }
            await expectFault(.invalidNextToken) { _ = try await world.tags(World.home).describe([], page: again.page) }
        }
    }
}
