import Domain
import TestSupport
import Testing
import Transfer

/// Each account gets the same of a link, and in it each copy; what one does not use goes to the others.
@Suite struct FairSharingTests {
    private let block = LinkSimulation.block
    private let limit = Throughput.mebibytes(100)

    private func copies(_ count: Int, of account: Int, blocks: Int) -> [LinkSimulation.Copy] {
        (0..<count).map { .init(name: "\(account)/\($0)", account: .number(account), blocks: blocks) }
    }

    /// Bytes that an account got between two times.
    private func got(_ account: Int, _ link: LinkSimulation, from: Double = 0, to: Double) -> Int {
        link.bytes(account: .number(account), from: from, to: to)
    }

    @Test func oneCopyGetsAsMuchAsThirtyOfAnotherAccount() throws {
        var link = LinkSimulation(limit: limit, copies(30, of: 1, blocks: 100) + copies(1, of: 2, blocks: 200))
        link.run()
        let end = try #require(link.ends["2/0"])
        #expect(abs(got(1, link, to: end) - got(2, link, to: end)) <= 2 * block)
        #expect(abs(end - 2) < 0.2)
        // Within the account, no copy is ahead of another by more than its window.
        let each = (0..<30).map { link.bytes(of: "1/\($0)", to: end) }
        #expect((each.max() ?? 0) - (each.min() ?? 0) <= block)
        // Then the thirty have it all.
        #expect(got(1, link, from: end, to: end + 1) >= (100 << 20) - 2 * block)
    }

    @Test func threeAccountsGetAThirdEach() {
        var link = LinkSimulation(
            limit: limit,
            copies(1, of: 1, blocks: 9999) + copies(5, of: 2, blocks: 9999) + copies(17, of: 3, blocks: 9999)
        )
        link.run(until: 30)
        let shares = (1...3).map { got($0, link, from: 0, to: 30) }
        #expect((shares.max() ?? 0) - (shares.min() ?? 0) <= 2 * block)
        #expect(abs(shares.reduce(0, +) - 3010 << 20) <= 4 * block)
    }

    @Test func whoAsksForLittleGetsItAndTheRestGoesToTheOthers() {
        // Half a MiB each second: far below a third.
        let modest = LinkSimulation.Copy(name: "modest", account: .number(1), blocks: 20, window: 1, thinks: 1)
        var link = LinkSimulation(limit: limit, [modest] + copies(3, of: 2, blocks: 9999) + copies(1, of: 3, blocks: 9999))
        link.run(until: 20)
        #expect(link.bytes(of: "modest") >= 18 * block)
        let (second, third) = (got(2, link, to: 20), got(3, link, to: 20))
        #expect(abs(second - third) <= 2 * block)
        #expect(second + third >= (2000 << 20) - 20 * block)
    }

    /// Who comes back from a pause gets his share from then on, and nothing for the time before.
    @Test func aPauseIsNeitherSavedUpNorPunished() {
        let late = LinkSimulation.Copy(name: "late", account: .number(2), blocks: 9999, startsAt: 50)
        let early = LinkSimulation.Copy(name: "early", account: .number(2), blocks: 20)
        var link = LinkSimulation(limit: limit, copies(2, of: 1, blocks: 99_999) + [early, late])
        link.run(until: 60)
        #expect(abs(got(1, link, from: 50, to: 60) - got(2, link, from: 50, to: 60)) <= 3 * block)
    }

    /// Without a limit the disk is what is shared: 16 blocks under way, of which each account has half.
    @Test func aDiskIsSharedToo() throws {
        var link = LinkSimulation(limit: nil, lanes: 4, moveSeconds: 0.01, copies(31, of: 1, blocks: 100) + copies(1, of: 2, blocks: 200))
        link.run()
        let end = try #require(link.ends["2/0"])
        let (first, second) = (got(1, link, to: end), got(2, link, to: end))
        #expect(abs(first - second) <= 32 * block, "\(first) and \(second)")
        // The disk was never left idle for it.
        let all = try #require(link.ends.values.max())
        #expect(abs(all - Double(3300) * 0.01 / 4) < 0.1)
    }

    /// As start-time fair queueing promises: while two accounts both wait, they never differ by more than a block each; and so do
    /// two copies of an account.
    @Test(arguments: seeds(12))
    func nobodyIsAheadWhileBothWait(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let all = (0..<Int.random(in: 2...25, using: &random)).map { number in
            LinkSimulation.Copy(
                name: "copy \(number)",
                account: .number(Int.random(in: 1...4, using: &random)),
                blocks: .random(in: 1...300, using: &random),
                window: .random(in: 1...8, using: &random),
                startsAt: Double.random(in: 0...20, using: &random),
                thinks: random.oneIn(3) ? Double.random(in: 0...0.2, using: &random) : 0
            )
        }
        var link = LinkSimulation(limit: limit, all)
        link.run()
        #expect(link.ends.count == all.count, "a copy never ended")
        let accounts = Dictionary(all.map { ($0.name, $0.account) }, uniquingKeysWith: { first, _ in first })
        for (index, one) in all.enumerated() {
            for other in all[(index + 1)...] where one.account == other.account {
                try expectClose(link.grants, limit: 2) { grant in
                    guard grant.waiting.contains(one.name), grant.waiting.contains(other.name) else { return nil }
                    return grant.name == one.name ? 1 : grant.name == other.name ? -1 : 0
                }
            }
        }
        for one in 1...4 {
            for other in (one + 1)..<5 {
                try expectClose(link.grants, limit: 2) { grant in
                    let waiting = Set(grant.waiting.compactMap { accounts[$0] })
                    guard waiting.contains(.number(one)), waiting.contains(.number(other)) else { return nil }
                    return grant.account == .number(one) ? 1 : grant.account == .number(other) ? -1 : 0
                }
            }
        }
    }

    /// In each stretch in which `side` is not `nil`, the sum of its numbers stays within the limit.
    private func expectClose(_ grants: [LinkSimulation.Grant], limit: Int, _ side: (LinkSimulation.Grant) -> Int?) throws {
        var (sum, lowest, highest) = (0, 0, 0)
        for grant in grants {
            guard let step = side(grant) else {
                (sum, lowest, highest) = (0, 0, 0)
                continue
            }
            sum += step
            (lowest, highest) = (min(lowest, sum), max(highest, sum))
            try #require(highest - lowest <= limit, "at \(grant.at) s")
        }
    }
}
