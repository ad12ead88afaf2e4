import Domain
import TestSupport
import Testing
import Transfer

/// A link lets no more pass than its limit, and no less while anybody waits.
@Suite struct LinkLimitTests {
    private let block = LinkSimulation.block

    @Test(arguments: [Throughput.mebibytes(1), .mebibytes(10), .mebibytes(2000)], [1, 40])
    func theLimitHoldsAndIsUsed(limit: Throughput, copies: Int) throws {
        var link = LinkSimulation(
            limit: limit,
            (0..<copies).map { .init(name: "copy \($0)", account: .number($0 % 3), blocks: 400 / copies) }
        )
        link.run()
        let (rate, times) = (Double(limit.bytesPerSecond), link.grants.map(\.at))
        let burst = rate * TokenBucket.burstSeconds
        #expect(times.count == 400 / copies * copies)
        #expect(times == times.sorted())
        for first in times.indices {
            for last in first..<times.count {
                let bytes = Double((last - first + 1) * block)
                try #require(bytes <= rate * (times[last] - times[first]) + burst + Double(block) + 1, "\(first) to \(last)")
            }
        }
        // All that waits passes at the full rate.
        let end = try #require(link.ends.values.max())
        #expect(end <= Double(times.count * block) / rate + 0.02)
    }

    /// What was not used for a while is not made up for, but for a tenth of a second of it.
    @Test func aPauseIsNotSavedUp() throws {
        let limit = Throughput.mebibytes(100)
        var link = LinkSimulation(
            limit: limit,
            [
                .init(name: "early", account: .number(1), blocks: 200), .init(name: "late", account: .number(1), blocks: 400, startsAt: 60),
            ]
        )
        link.run()
        #expect(link.bytes(of: "late", from: 60, to: 61) <= 110 << 20 + block)
    }

    @Test func withoutALimitNothingWaits() {
        var link = LinkSimulation(
            limit: nil,
            lanes: 4,
            moveSeconds: 0.001,
            [.init(name: "copy", account: .number(1), blocks: 1000, window: 8)]
        )
        link.run()
        #expect(abs((link.ends["copy"] ?? 0) - 0.25) < 0.001)
    }
}
