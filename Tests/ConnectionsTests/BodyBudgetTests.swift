import Connections
import NIOCore
import Synchronization
import Testing

@Suite struct BodyBudgetTests {
    @Test func whatIsOnlyAnnouncedTakesNothing() throws {
        let budget = BodyBudget(bytes: 100, strangersBytes: 50)
        let shares = (0..<1000).map { _ in budget.open(for: "a") }
        #expect(budget.held == 0)
        try shares[0].grow(by: 75)
        #expect(throws: BodyBudget.Exceeded.self) { try shares[1].grow(by: 1) }
        #expect(budget.held == 75)
        // Held until here: a share that is not used any more gives back what it took.
        for share in shares { share.close() }
        #expect(budget.held == 0)
    }

    /// Whatever one account sends, another finds room, and so does a third.
    @Test func nobodyTakesAllThatThereIs() throws {
        let budget = BodyBudget(bytes: 100, strangersBytes: 50)
        let shares = ["a", "b", "c"].map { budget.open(for: $0) }
        for (share, most) in zip(shares, [75, 18, 5]) {
            try share.grow(by: most)
            #expect(throws: BodyBudget.Exceeded.self) { try share.grow(by: 1) }
        }
        #expect(throws: BodyBudget.Exceeded.self, "another body of the same account") { try budget.open(for: "a").grow(by: 1) }
        shares[0].close()
        try shares[1].grow(by: 40)
        for share in shares { share.close() }
        #expect(budget.held == 0)
        try budget.open(for: "a").grow(by: 75)
    }

    /// The attack: bodies from one address, one after the other, make room for each other and not for those of others.
    @Test func whoSendsMostMakesRoom() throws {
        let budget = BodyBudget(bytes: 100, strangersBytes: 50)
        let (own, others) = (Counter(), Counter())
        let client = budget.openForStranger(from: .here) { own.add() }
        try client.grow(by: 5)
        let flood = try (0..<100).map { _ in
            let share = budget.openForStranger(from: try .at("198.51.100.7")) { others.add() }
            try share.grow(by: 10)
            return share
        }
        try client.grow(by: 5)
        #expect(own.count == 0)
        #expect(others.count == 96)
        for share in flood { share.close() }
        client.close()
        #expect(budget.held == 0)
    }

    @Test func strangersLeaveRoomForOthers() throws {
        let budget = BodyBudget(bytes: 100, strangersBytes: 50)
        let (stranger, known) = (budget.openForStranger(from: .here) {}, budget.open(for: "a"))
        try stranger.grow(by: 50)
        try known.grow(by: 37)
        #expect(throws: BodyBudget.Exceeded.self) { try known.grow(by: 1) }
        stranger.close()
        try known.grow(by: 38)
        #expect(throws: BodyBudget.Exceeded.self) { try budget.openForStranger(from: .here) {}.grow(by: 26) }
        known.close()
    }

    /// Whoever holds on to what was sent does not shut out those who come later.
    @Test func theOldestStrangerMakesRoom() throws {
        let budget = BodyBudget(bytes: 100, strangersBytes: 50)
        let cuts = Counter()
        let known = budget.open(for: "a")
        try known.grow(by: 50)
        let old = (0..<5).map { _ in budget.openForStranger(from: .here) { cuts.add() } }
        for share in old { try share.grow(by: 10) }
        let newest = budget.openForStranger(from: .here) {}
        try newest.grow(by: 15)
        #expect(cuts.count == 2)
        #expect(budget.held == 95)
        #expect(throws: BodyBudget.Exceeded.self) { try old[0].grow(by: 1) }
        old[0].close()
        #expect(budget.held == 95, "it holds nothing any more")
        try old[2].grow(by: 5)
        #expect(throws: BodyBudget.Exceeded.self, "it is the oldest itself") { try old[2].grow(by: 1) }
        try newest.grow(by: 35)
        #expect(budget.held == 100)
        for share in old + [newest, known] { share.close() }
        #expect(budget.held == 0)
    }

    @Test func aShareIsGivenBackOnceHoweverItEnds() throws {
        let budget = BodyBudget(bytes: 100, strangersBytes: 100)
        let share = budget.openForStranger(from: .here) {}
        try share.grow(by: 60)
        share.close()
        share.close()
        #expect(budget.held == 0)
        do {
            let dropped = budget.openForStranger(from: .here) {}
            try dropped.grow(by: 100)
        }
        #expect(budget.held == 0)
        try budget.openForStranger(from: .here) {}.grow(by: 100)
    }

    @Test func memoryIsGivenBackAfterABurst() throws {
        let counter = Counter()
        let budget = BodyBudget(bytes: 64 << 20, strangersBytes: 64 << 20) { counter.add() }
        let shares = (0..<30).map { _ in budget.openForStranger(from: .here) {} }
        for share in shares { try share.grow(by: 1 << 20) }
        for share in shares.dropLast() { share.close() }
        #expect(counter.count == 0)
        shares[29].close()
        #expect(counter.count == 1)
        // A little is not worth it.
        let share = budget.openForStranger(from: .here) {}
        try share.grow(by: 1000)
        share.close()
        #expect(counter.count == 1)
    }
}

extension ClientOrigin {
    static let here = ClientOrigin(of: nil)

    static func at(_ address: String) throws -> ClientOrigin { ClientOrigin(of: try SocketAddress(ipAddress: address, port: 7)) }
}

@Suite struct ClientOriginTests {
    @Test func aHostIsOneHoweverItIsWritten() throws {
        #expect(try ClientOrigin.at("192.0.2.7") == .at("::ffff:192.0.2.7"))
        #expect(try ClientOrigin.at("2001:db8:0:1::7") == .at("2001:db8:0:1:ffff::1"))
        #expect(try ClientOrigin.at("2001:db8:0:1::7") != .at("2001:db8:0:2::7"))
        #expect(try ClientOrigin.at("192.0.2.7") != .at("192.0.2.8"))
        #expect(try ClientOrigin.at("192.0.2.7") != .here)
    }
}

/// Counts calls.
final class Counter: Sendable {
    private let calls = Atomic(0)

    var count: Int { calls.load(ordering: .sequentiallyConsistent) }

    func add() { calls.add(1, ordering: .sequentiallyConsistent) }
}
