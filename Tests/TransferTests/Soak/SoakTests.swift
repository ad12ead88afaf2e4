import Blocks
import Foundation
import TestSupport
import Testing

/// Random lives of three Regions on failing disks and links. `script/soak` runs it for as long as one likes.
@Suite struct SoakTests {
    /// Steps in one history.
    private static let steps = 80

    @Test func whatWasAcknowledgedSurvives() async throws {
        let tally = FaultTally()
        var done = SoakCounts()
        var histories = 0
        for seed in SoakPlan.fromEnvironment.seeds() {
            do {
                done = done + (try await history(seed, tally: tally))
            } catch {
                Issue.record("\(error)\nseed \(seed): script/soak --seed \(seed) repeats it")
                return
            }
            histories += 1
        }
        print("soak: \(histories) histories, nothing lost: \(done.text)")
        print("soak: \(tally.total) faults survived: \(tally.text)")
        // A soak that met no fault has shown nothing.
        for kind in [InjectedFault.powerCut, .kill, .bitFlip, .shortCall] { #expect(tally.count(of: kind) > 0) }
    }

    private func history(_ seed: UInt64, tally: FaultTally) async throws -> SoakCounts {
        let pool = DiskPool()
        do {
            var history = try await SoakHistory(seed: seed, pool: pool, tally: tally)
            try await history.run(steps: Self.steps)
            try await pool.shutdown()
            return history.done
        } catch {
            try await pool.shutdown()
            throw error
        }
    }
}

/// Which histories are lived: `FERRY_SOAK_SEED` names one, `FERRY_SOAK_MINUTES` says for how long new ones are begun.
private struct SoakPlan {
    var seed: UInt64?
    var minutes: Double?

    static var fromEnvironment: SoakPlan {
        let environment = ProcessInfo.processInfo.environment
        return SoakPlan(
            seed: environment["FERRY_SOAK_SEED"].flatMap(UInt64.init),
            minutes: environment["FERRY_SOAK_MINUTES"].flatMap(Double.init)
        )
    }

    func seeds() -> AnySequence<UInt64> {
        guard let minutes else { return AnySequence(seed.map { [$0] } ?? TestSupport.seeds(5)) }
        let first = seed ?? UInt64.random(in: 1_000_000...9_999_999_999)
        let deadline = ContinuousClock.now + .seconds(minutes * 60)
        return AnySequence(sequence(first: first) { $0 + 1 }.lazy.prefix { $0 == first || ContinuousClock.now < deadline })
    }
}
