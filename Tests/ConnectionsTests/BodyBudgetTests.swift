import Connections
import Synchronization
import Testing

@Suite struct BodyBudgetTests {
    @Test func whatIsOnlyAnnouncedTakesNothing() throws {
        let budget = BodyBudget(bytes: 100, strangersBytes: 50)
        let shares = (0..<1000).map { _ in budget.open(isVerified: false) }
        #expect(budget.held == 0)
        try shares[0].grow(by: 50)
        #expect(throws: BodyBudget.Exceeded.self) { try shares[1].grow(by: 1) }
        #expect(budget.held == 50)
        // Held until here: a share that is not used any more gives back what it took.
        for share in shares { share.close() }
        #expect(budget.held == 0)
    }

    @Test func strangersLeaveRoomForOthers() throws {
        let budget = BodyBudget(bytes: 100, strangersBytes: 50)
        let (stranger, known) = (budget.open(isVerified: false), budget.open(isVerified: true))
        try stranger.grow(by: 50)
        try known.grow(by: 50)
        #expect(throws: BodyBudget.Exceeded.self) { try known.grow(by: 1) }
        stranger.close()
        try known.grow(by: 50)
        #expect(throws: BodyBudget.Exceeded.self) { try budget.open(isVerified: false).grow(by: 1) }
        known.close()
    }

    @Test func aShareIsGivenBackOnceHoweverItEnds() throws {
        let budget = BodyBudget(bytes: 100, strangersBytes: 100)
        let share = budget.open(isVerified: false)
        try share.grow(by: 60)
        share.close()
        share.close()
        #expect(budget.held == 0)
        do {
            let dropped = budget.open(isVerified: false)
            try dropped.grow(by: 100)
        }
        #expect(budget.held == 0)
        try budget.open(isVerified: false).grow(by: 100)
    }

    @Test func memoryIsGivenBackAfterABurst() throws {
        let counter = Counter()
        let budget = BodyBudget(bytes: 64 << 20, strangersBytes: 64 << 20) { counter.add() }
        let shares = (0..<30).map { _ in budget.open(isVerified: false) }
        for share in shares { try share.grow(by: 1 << 20) }
        for share in shares.dropLast() { share.close() }
        #expect(counter.count == 0)
        shares[29].close()
        #expect(counter.count == 1)
        // A little is not worth it.
        let share = budget.open(isVerified: false)
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
