import Domain
import TestSupport
import Testing

@Suite struct TokenBucketTests {
    @Test func aFullBucketGivesABurstAndThenWhatComes() {
        let rate = CallRate(burst: 5, perSecond: 2)
        var bucket = TokenBucket(rate, at: 0)
        let admitted = [0, 1.5, 100].map { now in (0..<8).count { _ in bucket.take(rate, at: now) } }
        #expect(admitted == [5, 3, 5])
    }

    /// Whatever the times, what is let through in all is never more than the burst and what has come since; and somebody who waits long enough is
    /// always let through.
    @Test(arguments: 0..<50) func noOrderOfCallsGetsMoreThanTheRate(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let rate = CallRate(burst: Int.random(in: 1...20, using: &generator), perSecond: Double.random(in: 0.1...50, using: &generator))
        var bucket = TokenBucket(rate, at: 0)
        var (now, admitted) = (0.0, 0)
        for _ in 0..<500 {
            now += Double.random(in: 0...0.1, using: &generator)
            if bucket.take(rate, at: now) { admitted += 1 }
            #expect(Double(admitted) <= Double(rate.burst) + now * rate.perSecond + 1e-6)
        }
        now += 1 / rate.perSecond
        let isAdmitted = bucket.take(rate, at: now)
        #expect(isAdmitted)
    }

    @Test func timeThatGoesBackGivesNothing() {
        let rate = CallRate(burst: 1, perSecond: 1)
        var bucket = TokenBucket(rate, at: 10)
        let admitted = [10, 5, 10.5, 11].map { bucket.take(rate, at: $0) }
        #expect(admitted == [true, false, false, true])
    }
}
