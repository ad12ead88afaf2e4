import Domain
import Testing

@Suite struct PairLimitsTests {
    private let regions: [Region] = [known("us-east-1"), known("us-west-2"), known("eu-west-1")]

    private func pair(_ source: String, _ destination: String) -> RegionPair { RegionPair(from: known(source), into: known(destination)) }

    @Test func aPairHasItsOwnLimitOrThatOfTheOthers() throws {
        let limits = try PairLimits(reading: ["us-east-1:eu-west-1=20MiB/s", "1GiB/s"], regions: regions)
        #expect(limits[pair("us-east-1", "eu-west-1")] == .mebibytes(20))
        #expect(limits[pair("eu-west-1", "us-east-1")] == .mebibytes(1024))
        #expect(limits[pair("us-west-2", "us-west-2")] == .mebibytes(1024))
        let one = try PairLimits(reading: ["us-east-1:eu-west-1=20MiB/s"], regions: regions)
        #expect(one[pair("us-east-1", "eu-west-1")] == .mebibytes(20))
        #expect(one[pair("us-east-1", "us-west-2")] == nil)
        #expect(try PairLimits(reading: [], regions: regions) == PairLimits())
        #expect(try PairLimits(reading: [], others: .mebibytes(7), regions: regions)[pair("us-east-1", "us-west-2")] == .mebibytes(7))
        #expect(try PairLimits(reading: ["1MiB/s"], others: .mebibytes(7), regions: regions) == PairLimits(.mebibytes(1)))
    }

    @Test(
        arguments: [
            ("", .rate), ("fast", .rate), ("us-east-1:eu-west-1", .rate), ("us-east-1:eu-west-1=0MiB/s", .rate), ("a=b=1MiB/s", .rate),
            ("us-east-1=1MiB/s", .pair), ("us-east-1:eu-west-1:us-west-2=1MiB/s", .pair), ("=1MiB/s", .pair),
            ("us-east-1:=1MiB/s", .region("")), ("us-east-1:mars-north-1=1MiB/s", .region("mars-north-1")),
            ("US-EAST-1:eu-west-1=1MiB/s", .region("US-EAST-1")), ("eu-west-1:eu-west-1=1MiB/s", .within),
        ] as [(String, PairLimitProblem.Kind)]
    )
    func whatIsNoLimitIsNamed(_ text: String, _ kind: PairLimitProblem.Kind) {
        let problem = #expect(throws: PairLimitProblem.self) {
            try PairLimits(reading: ["us-west-2:us-east-1=1MiB/s", text], regions: regions)
        }
        #expect(problem?.kind == kind)
        #expect(problem?.description.contains("'\(text)'") == true)
    }

    @Test(arguments: [["1MiB/s", "2MiB/s"], ["us-east-1:eu-west-1=1MiB/s", "us-east-1:eu-west-1=1MiB/s"]])
    func eachIsSetOnce(_ texts: [String]) {
        let problem = #expect(throws: PairLimitProblem.self) { try PairLimits(reading: texts, regions: regions) }
        #expect(problem?.kind == .twice)
    }
}
