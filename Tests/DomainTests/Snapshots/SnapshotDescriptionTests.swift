import Domain
import Foundation
import TestSupport
import Testing

@Suite struct SnapshotDescriptionTests {
    private func text(milliseconds: Int64) -> String {
        SnapshotDescription.copied(
            to: known("ami-0d0d0d0d0d0d0d0d0"),
            from: known("ami-05050505050505050"),
            snapshot: known("snap-0a0a0a0a0a0a0a0a0"),
            at: Date(timeIntervalSince1970: Double(milliseconds) / 1000)
        )
    }

    @Test func isTheTextThatCleanUpToolsParse() {
        #expect(
            text(milliseconds: 1_566_308_778_174)
                == "Copied for DestinationAmi ami-0d0d0d0d0d0d0d0d0 from SourceAmi ami-05050505050505050 "
                + "for SourceSnapshot snap-0a0a0a0a0a0a0a0a0. Task created on 1,566,308,778,174."
        )
    }

    @Test(
        arguments: [
            (0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (100_000, "100,000"), (999_999, "999,999"), (1_000_000, "1,000,000"),
            (9_999_999_999_999, "9,999,999,999,999"),
        ] as [(Int64, String)]
    )
    func groupsByThree(_ milliseconds: Int64, _ grouped: String) {
        #expect(text(milliseconds: milliseconds).hasSuffix(" Task created on \(grouped)."))
    }

    @Test(arguments: seeds(2))
    func keepsTheMillisecond(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            let milliseconds = Int64.random(in: 1_500_000_000_000...2_000_000_000_000, using: &random)
            let digits = text(milliseconds: milliseconds).split(separator: " ").last?.filter(\.isNumber)
            #expect(digits.flatMap { Int64($0) } == milliseconds)
        }
    }
}
