import Connections
import Synchronization
import Testing

@Suite struct BodyBudgetTests {
    @Test func whatIsOnlyAnnouncedTakesNothing() throws {
        let budget = BodyBudget(bytes: 100, strangersBytes: 50)
        let shares = (0..<1000).map { _ in budget.open() }
        #expect(budget.held == 0)
        try shares[0].grow(by: 100)
        #expect(throws: BodyBudget.Exceeded.self) { try shares[1].grow(by: 1) }
        #expect(budget.held == 100)
        // Held until here: a share that is not used any more gives back what it took.
        for share in shares { share.close() }
        #expect(budget.held == 0)
    }

    @Test func strangersLeaveRoomForOthers() throws {
        let budget = BodyBudget(bytes: 100, strangersBytes: 50)
        let (stranger, known) = (budget.openForStranger {}, budget.open())
        try stranger.grow(by: 50)
        try known.grow(by: 50)
        #expect(throws: BodyBudget.Exceeded.self) { try known.grow(by: 1) }
        stranger.close()
        try known.grow(by: 50)
        #expect(throws: BodyBudget.Exceeded.self) { try budget.openForStranger {}.grow(by: 1) }
        known.close()
    }

    /// Whoever holds on to what was sent does not shut out those who come later.
    @Test func theOldestStrangerMakesRoom() throws {
        let budget = BodyBudget(bytes: 100, strangersBytes: 50)
        let cuts = Counter()
        let known = budget.open()
        try known.grow(by: 50)
        let old = (0..<5).map { _ in budget.openForStranger { cuts.add() } }
        for share in old { try share.grow(by: 10) }
        let newest = budget.openForStranger {}
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
        let share = budget.openForStranger {}
        try share.grow(by: 60)
        share.close()
        share.close()
        #expect(budget.held == 0)
        do {
            let dropped = budget.openForStranger {}
            try dropped.grow(by: 100)
        }
        #expect(budget.held == 0)
        try budget.openForStranger {}.grow(by: 100)
    }

    @Test func memoryIsGivenBackAfterABurst() throws {
        let counter = Counter()
        let budget = BodyBudget(bytes: 64 << 20, strangersBytes: 64 << 20) { counter.add() }
        let shares = (0..<30).map { _ in budget.openForStranger {} }
        for share in shares { try share.grow(by: 1 << 20) }
        for share in shares.dropLast() { share.close() }
        #expect(counter.count == 0)
        shares[29].close()
        #expect(counter.count == 1)
        // A little is not worth it.
        let share = budget.openForStranger {}
        try share.grow(by: 1000)
        share.close()
        #expect(counter.count == 1)
    }
}

/// Counts calls.
final class Counter: Sendable {
    private let calls = Atomic(0)

    var count: Int { calls.load(ordering: .sequentiallyConsistent) }

    func add() { calls.add(1, ordering: .sequentiallyConsistent) }
}
