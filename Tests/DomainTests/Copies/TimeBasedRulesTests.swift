import Domain
import TestSupport
import Testing

/// The arithmetic of time-based copies (docs/behaviour/time-based-copies.md, "Throughput").
@Suite struct TimeBasedRulesTests {
    private let pair = RegionPair(from: known("us-east-1"), into: known("eu-west-1"))

    private func quota(_ available: Throughput) -> TimeBasedQuota {
        TimeBasedQuota(pair: pair, total: .mebibytes(2000), available: available)
    }

    /// EC2's own example: three snapshots in an hour.
    @Test func theWorkedExample() throws {
        let needs = [200_000, 500_000, 450_000].map { TimeBasedRules.needed(dataBytes: Int64($0) << 20, minutes: 60) }
        #expect(needs.map { "\($0)" } == ["55.56 MiB/s", "138.89 MiB/s", "125 MiB/s"])
        // In whole bytes 319.444…; the text of the example adds up what it has rounded.
        #expect("\(needs.reduce(.zero, +))" == "319.44 MiB/s")
        #expect(try quota(.mebibytes(320)).admit(needs) == needs)
        #expect(TimeBasedRules.needed(dataBytes: 225_000 << 20, minutes: 15) == .mebibytes(250))
    }

    @Test(
        arguments: [(0, 15, 0), (1, 15, 1), (900, 15, 1), (901, 15, 2), (1 << 20, 2880, 7), (65_536 << 30, 2880, 407_226_529)]
            as [(Int64, Int, Int64)]
    )
    func neededIsRoundedUp(_ bytes: Int64, _ minutes: Int, _ needed: Int64) {
        #expect(TimeBasedRules.needed(dataBytes: bytes, minutes: minutes).bytesPerSecond == needed)
    }

    @Test(arguments: [(0, 15), (1, 15), (450_000 << 20, 15), (450_000 << 20 + 1, 30), (65_536 << 30, 2250)] as [(Int64, Int)])
    func theShortestDurationIsWhatFiveHundredMebibytesASecondTake(_ bytes: Int64, _ minutes: Int) {
        #expect(TimeBasedRules.shortestMinutes(dataBytes: bytes) == minutes)
        #expect(TimeBasedRules.needed(dataBytes: bytes, minutes: minutes) <= TimeBasedRules.snapshotMax)
        #expect(minutes == 15 || TimeBasedRules.needed(dataBytes: bytes, minutes: minutes - 15) > TimeBasedRules.snapshotMax)
    }

    @Test func oneSnapshotGetsNoMoreThanItsMaximum() throws {
        #expect(try quota(.mebibytes(2000)).admit([.mebibytes(700), .mebibytes(400)]) == [.mebibytes(500), .mebibytes(400)])
    }

    @Test func tooLittleIsSharedInProportion() throws {
        #expect(try quota(.mebibytes(100)).admit([.mebibytes(300), .mebibytes(100)]) == [.mebibytes(75), .mebibytes(25)])
        #expect(try quota(.mebibytes(1)).admit([.mebibytes(300)]) == [.mebibytes(1)])
    }

    @Test func whereNothingIsLeftACopyIsRefused() throws {
        let fault = #expect(throws: Fault.self) { try quota(.zero).admit([.mebibytes(1)]) }
        #expect(fault?.code == .resourceLimitExceeded)
        #expect(fault?.message.contains("us-east-1 to eu-west-1, 1.95 GiB/s, is all in use") == true)
        // An empty disk needs nothing.
        #expect(try quota(.zero).admit([.zero]) == [.zero])
        #expect(quota(.zero).share([.mebibytes(1)]) == [.zero])
    }

    @Test(arguments: seeds(2))
    func sharesNeverExceedWhatThereIs(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<3000 {
            let needs = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                Throughput(bytesPerSecond: Int64.random(in: 0...(1 << Int64.random(in: 0...36, using: &random)), using: &random))
            }
            let available = Throughput(bytesPerSecond: .random(in: 1...(1 << Int64.random(in: 1...40, using: &random)), using: &random))
            let shares = try quota(available).admit(needs)
            let wanted = needs.map { min($0, TimeBasedRules.snapshotMax) }
            let (sum, all) = (shares.reduce(.zero, +), wanted.reduce(.zero, +))
            #expect(zip(shares, wanted).allSatisfy { $0 <= $1 })
            #expect(sum <= available)
            // Nothing is left over but what rounding leaves.
            #expect(min(all, available).bytesPerSecond - sum.bytesPerSecond < needs.count)
        }
    }

    @Test func aPairCarriesNoMoreThanItsBandwidth() {
        var limits = LinkLimits()
        func available(_ own: Int64, _ all: Int64) -> Throughput {
            limits.availableToTimeBased(on: pair, setAside: TimeBasedUse(byAccount: .mebibytes(own), byAll: .mebibytes(all))).available
        }
        #expect(available(0, 0) == .mebibytes(2000))
        // Each account has its quota.
        #expect(available(0, 2000) == .mebibytes(2000))
        #expect(available(1999, 1999) == .mebibytes(1))
        #expect(available(2001, 2001) == .zero)
        limits.timeBasedQuota = PairLimits(.mebibytes(100))
        limits.bandwidth = PairLimits(.mebibytes(150))
        #expect(available(0, 0) == .mebibytes(100))
        #expect(available(0, 100) == .mebibytes(50))
        #expect(available(70, 100) == .mebibytes(30))
        #expect(available(0, 151) == .zero)
    }

    @Test func whatWasGrantedToAnAccountTakesThePlaceOfTheOperatorsSetting() {
        var limits = LinkLimits()
        limits.timeBasedQuota = PairLimits(.mebibytes(100))
        func quota(_ granted: Throughput?) -> TimeBasedQuota {
            limits.availableToTimeBased(
                on: pair,
                setAside: TimeBasedUse(byAccount: .mebibytes(70), byAll: .mebibytes(70)),
                granted: granted
            )
        }
        #expect(quota(nil).available == .mebibytes(30))
        #expect(quota(.mebibytes(5000)) == TimeBasedQuota(pair: pair, total: .mebibytes(5000), available: .mebibytes(4930)))
        #expect(quota(.mebibytes(50)).available == .zero)
        limits.bandwidth = PairLimits(.mebibytes(150))
        #expect(quota(.mebibytes(5000)) == TimeBasedQuota(pair: pair, total: .mebibytes(150), available: .mebibytes(80)))
    }
}
