import Domain
import Foundation
import TestSupport
import Testing

@Suite struct ISO8601Tests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"), (1_795_376_072_000, "2026-11-22T19:34:32.000Z"),
            (1_795_376_072_999, "2026-11-22T19:34:32.999Z"), (1_566_308_778_174, "2019-08-20T13:46:18.174Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"), (4_102_444_800_000, "2100-01-01T00:00:00.000Z"),
        ] as [(Int64, String)]
    )
    func writesMilliseconds(_ milliseconds: Int64, _ text: String) {
        #expect(ISO8601.text(Date(timeIntervalSince1970: Double(milliseconds) / 1000)) == text)
    }

    /// What the database keeps in whole milliseconds is shown as these milliseconds: a binary fraction must not cost one.
    @Test(arguments: seeds(2))
    func losesNoMillisecond(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<5000 {
            let milliseconds = Int64.random(in: 1_500_000_000_000...2_000_000_000_000, using: &random)
            let text = ISO8601.text(Date(timeIntervalSince1970: Double(milliseconds) / 1000))
            let fraction = try #require(Int64(text.dropLast().suffix(3)))
            try #require(fraction == milliseconds % 1000, "\(milliseconds) is shown as \(text)")
        }
    }
}
