import Domain
import Foundation
import Testing

@Suite struct SeenRateTests {
    private func move(_ bytes: Int64, _ from: Double, _ to: Double) -> SeenRate.Move {
        SeenRate.Move(bytes: bytes, from: Date(timeIntervalSince1970: from), to: Date(timeIntervalSince1970: to))
    }

    @Test func copiesBesideEachOtherShareTheWay() {
        #expect(SeenRate.of([move(100, 0, 10)])?.bytesPerSecond == 10)
        #expect(SeenRate.of([move(100, 0, 10), move(100, 0, 10)])?.bytesPerSecond == 20)
        #expect(SeenRate.of([move(100, 5, 15), move(100, 0, 10)])?.bytesPerSecond == 13)
        // The time between them does not count, nor one that lies within another.
        #expect(SeenRate.of([move(100, 0, 10), move(100, 1000, 1010)])?.bytesPerSecond == 10)
        #expect(SeenRate.of([move(100, 0, 20), move(100, 5, 10)])?.bytesPerSecond == 10)
    }

    @Test func whatSaysNothingIsNoRate() {
        #expect(SeenRate.of([]) == nil)
        #expect(SeenRate.of([move(100, 5, 5)]) == nil)
        #expect(SeenRate.of([move(0, 0, 10)]) == nil)
        // A clock that was set back.
        #expect(SeenRate.of([move(100, 10, 0)]) == nil)
        #expect(SeenRate.of([move(1, 0, 1000)])?.bytesPerSecond == 1)
    }

    @Test func secondsAreRoundedUp() {
        let rate = Throughput(bytesPerSecond: 10)
        #expect([0, 1, 10, 11].map { rate.seconds(for: $0) } == [0, 1, 1, 2])
        #expect(Throughput.zero.seconds(for: 1) == nil)
        #expect(rate.seconds(for: .max) == Int64.max / 10 + 1)
    }
}
