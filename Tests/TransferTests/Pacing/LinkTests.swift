import Concurrency
import Domain
import TestSupport
import Testing
import Transfer

/// The link with real tasks, on a clock that the tests move.
@Suite(.againstHangs) struct LinkTests {
    private let block = 524_288
    private let alice = AccountID.number(1)

    /// Moves the clock from alarm to alarm while `body` runs, and returns how far it went.
    private func elapsed(on clock: ManualClock, _ body: @escaping @Sendable () async throws -> Void) async throws -> Duration {
        let start = clock.now
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await body()
                return true
            }
            group.addTask {
                while !Task.isCancelled { await clock.advanceToSleeper() }
                return false
            }
            while try await group.next() != true {}
            group.cancelAll()
        }
        return clock.now - start
    }

    @Test func nobodyIsHeldBackWhereThereIsNothingToShare() async throws {
        let link = Link(limit: nil, clock: ManualClock().steadyClock)
        let flow = link.join(alice)
        for _ in 0..<1000 { try await flow.paced(block) {} }
        let second = link.join(alice)
        try await second.paced(block) { try await flow.paced(block) {} }
        second.leave()
        flow.leave()
    }

    @Test(arguments: [1, 3])
    func aLimitTakesItsTime(copies: Int) async throws {
        let clock = ManualClock()
        let link = Link(limit: .mebibytes(10), clock: clock.steadyClock)
        let block = block
        let time = try await elapsed(on: clock) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<copies {
                    group.addTask {
                        let flow = link.join(.number(number))
                        defer { flow.leave() }
                        try await forEach(0..<60, limit: 8) { _ in try await flow.paced(block) {} }
                    }
                }
                try await group.waitForAll()
            }
        }
        // A tenth of a second's worth and a block are let pass at once.
        let seconds = Double(copies * 60 * block) / Double(10 << 20)
        #expect(time / .seconds(1) >= seconds - 0.151)
        #expect(time / .seconds(1) <= seconds + 0.02)
    }

    /// The clock stands: a cancelled copy does not wait for its turn, and leaves it to the others.
    @Test func aCancelledWaitEndsAtOnce() async throws {
        let clock = ManualClock()
        let link = Link(limit: Throughput(bytesPerSecond: 1024), clock: clock.steadyClock)
        let (flow, other) = (link.join(alice), link.join(.number(2)))
        let block = block
        try await flow.paced(block) {}
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { _ = try await flow.paced(block) { Issue.record("it had no turn") } } }
                await clock.untilSomebodySleeps()
                group.cancelAll()
                try await group.waitForAll()
            }
        }
        flow.leave()
        // Cancelled before it asks.
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.cancelAll()
                group.addTask { _ = try await other.paced(block) { Issue.record("it had no turn") } }
                try await group.waitForAll()
            }
        }
        let time = try await elapsed(on: clock) { try await other.paced(block) {} }
        #expect(time < .seconds(513))
        other.leave()
    }

    /// Who waited because others were there passes when they have gone.
    @Test func whenTheOthersLeaveNothingStaysBehind() async throws {
        let link = Link(limit: nil, clock: ManualClock().steadyClock)
        let (block, full, passed, gate) = (block, Gate(), Gate(), Gate())
        let (one, two) = (link.join(alice), link.join(.number(2)))
        let moves = Locked(0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<LinkSchedule.inFlightMax {
                group.addTask {
                    try await one.paced(block) {
                        moves.change { $0 += 1 }
                        if moves.value == LinkSchedule.inFlightMax { full.open() }
                        await gate.pass()
                    }
                }
            }
            await full.pass()
            group.addTask { try await two.paced(block) { passed.open() } }
            one.leave()
            await passed.pass()
            gate.open()
            try await group.waitForAll()
        }
        two.leave()
    }

    @Test func aMoveThatFailsGivesItsPlaceBack() async throws {
        struct Failure: Error {}
        let link = Link(limit: nil, clock: ManualClock().steadyClock)
        let (one, two) = (link.join(alice), link.join(.number(2)))
        for _ in 0..<100 {
            await #expect(throws: Failure.self) { try await one.paced(block) { throw Failure() } }
            try await two.paced(block) {}
        }
        one.leave()
        two.leave()
    }
}
