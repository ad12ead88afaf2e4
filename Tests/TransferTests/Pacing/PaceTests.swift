import Domain
import TestSupport
import Testing
import Transfer

/// Time-based copies keep their line whatever the others do, and run ahead of it when they can.
@Suite struct PaceTests {
    private let block = LinkSimulation.block
    private let limit = Throughput.mebibytes(100)

    private func crowd(_ count: Int, accounts: Int = 3) -> [LinkSimulation.Copy] {
        (0..<count).map { .init(name: "crowd \($0)", account: .number(10 + $0 % accounts), blocks: 99_999) }
    }

    private func timed(
        _ name: String = "timed",
        mebibytes: Int,
        seconds: Double,
        setAside: Throughput? = nil,
        elapsed: Double = 0,
        account: Int = 1
    ) -> LinkSimulation.Copy {
        let rate = setAside ?? Throughput(bytesPerSecond: Int64((Double(mebibytes << 20) / seconds).rounded(.up)))
        return .init(
            name: name,
            account: .number(account),
            blocks: mebibytes * 2,
            pace: Pace(setAside: rate, elapsed: elapsed, bytesDone: 0)
        )
    }

    @Test(arguments: [1, 30])
    func itIsThereInTimeWhateverTheOthersDo(others: Int) throws {
        // 60 MiB/s of 100, where its share would be 50 or 25.
        var link = LinkSimulation(limit: limit, [timed(mebibytes: 1200, seconds: 20)] + crowd(others))
        link.run(until: 20.1)
        #expect(try #require(link.ends["timed"]) <= 20.02)
        // The others have what is left, in equal parts.
        let rest = (10...12).map { link.bytes(account: .number($0), to: 20) }.filter { $0 > 0 }
        #expect(abs(rest.reduce(0, +) - 800 << 20) <= 11 << 20 + 2 * block)
        #expect((rest.max() ?? 0) - (rest.min() ?? 0) <= 2 * block)
    }

    @Test func itRunsAheadWhenTheLinkHasMore() throws {
        var alone = LinkSimulation(limit: limit, [timed(mebibytes: 1000, seconds: 900)])
        alone.run()
        #expect(try #require(alone.ends["timed"]) < 10.1)
        // And with one other, it has the half that is its share.
        var shared = LinkSimulation(limit: limit, [timed(mebibytes: 1000, seconds: 900)] + crowd(1))
        shared.run(until: 30)
        #expect(abs(try #require(shared.ends["timed"]) - 20) < 0.3)
    }

    /// Its account's other copies are not made to pay for it.
    @Test func itsAccountKeepsItsShareOfTheRest() {
        let sibling = LinkSimulation.Copy(name: "sibling", account: .number(1), blocks: 99_999)
        var link = LinkSimulation(limit: limit, [timed(mebibytes: 6000, seconds: 100), sibling] + crowd(1))
        link.run(until: 50)
        #expect(link.bytes(of: "timed", to: 50) >= 3000 << 20 - 2 * block)
        #expect(link.bytes(of: "sibling", to: 50) > 400 << 20)
    }

    @Test func afterAnInterruptionItCatchesUp() throws {
        // Half of its minutes have passed and nothing is there.
        var link = LinkSimulation(limit: limit, [timed(mebibytes: 800, seconds: 20, elapsed: 10)] + crowd(5))
        link.run(until: 10.1)
        #expect(try #require(link.ends["timed"]) <= 10.02)
    }

    @Test func whatIsThereAlreadyCounts() {
        let pace = Pace(setAside: .mebibytes(60), elapsed: 10, bytesDone: 600 << 20)
        let copy = LinkSimulation.Copy(name: "timed", account: .number(1), blocks: 9999, pace: pace)
        var link = LinkSimulation(limit: limit, [copy] + crowd(9))
        link.run(until: 10)
        // It is on its line, so it gets what the line needs and no more.
        #expect(abs(link.bytes(of: "timed") - 600 << 20) <= 4 * block)
    }

    /// More is promised than there is, as after the operator has lowered the limit: all are late by the same time, none starves.
    @Test func whereTheLinkIsTooNarrowAllAreEquallyLate() throws {
        var link = LinkSimulation(
            limit: limit,
            [
                timed("one", mebibytes: 1500, seconds: 10, account: 1), timed("two", mebibytes: 500, seconds: 10, account: 2),
            ]
        )
        link.run()
        let (one, two) = (try #require(link.ends["one"]), try #require(link.ends["two"]))
        #expect(abs(one - two) < 0.3)
        #expect(abs(one - 20) < 0.2)
    }

    @Test func whereNothingIsSetAsideThereIsNoLine() {
        #expect(Pace(setAside: .zero, elapsed: 0, bytesDone: 0) == nil)
    }
}
