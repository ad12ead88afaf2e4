import Domain
import Foundation
import Testing

@Suite struct RetriesTests {
    private let now = Date(timeIntervalSince1970: 1_795_376_072)

    @Test func eachFailureWaitsTwiceAsLongAndTheFifthIsTheLast() {
        var retries = Retries(dueAt: now)
        for seconds in [2.0, 4, 8, 16] {
            #expect(retries.fail(at: now) == true)
            #expect(retries.dueAt == now.addingTimeInterval(seconds))
        }
        let before = retries
        #expect(retries.fail(at: now) == false)
        #expect(retries == before)
    }

    @Test func whatGetsOnBeginsToCountAnew() {
        var retries = Retries(attempts: 4, dueAt: now)
        retries.advance()
        #expect(retries.fail(at: now) == true)
        #expect(retries == Retries(attempts: 1, dueAt: now.addingTimeInterval(2)))
    }

    @Test func whatMustSucceedIsTriedForEver() {
        var retries = Retries(dueAt: now)
        for seconds in [2.0, 4, 8, 16, 32, 32, 32] {
            retries.wait(at: now)
            #expect(retries.dueAt == now.addingTimeInterval(seconds))
        }
    }

    @Test func whatIsPostponedHasNotFailed() {
        var retries = Retries(attempts: 3, dueAt: now)
        retries.postpone(by: 10, at: now)
        #expect(retries == Retries(attempts: 3, dueAt: now.addingTimeInterval(10)))
    }
}
