import Domain
import TestSupport
import Testing

@Suite struct FilterPatternTests {
    @Test(arguments: [
        ("", "", true), ("", "a", false), ("a", "a", true), ("a", "A", false), ("a", "ab", false), ("*", "", true), ("*", "anything", true),
        ("?", "", false), ("?", "a", true), ("?", "é", true), ("?", "👍🏽", true), ("??", "a", false), ("a*", "a", true),
        ("a*c", "abbbc", true),
        ("a*c", "abbb", false), ("*b*", "abc", true), ("**", "", true), ("a?*", "a", false),
        ("2026-11-*", "2026-11-22T19:34:32.000Z", true),
        ("\\*", "*", true), ("\\*", "a", false), ("\\?", "?", true), ("\\?", "a", false), ("\\\\", "\\", true), ("\\a", "a", true),
        ("a\\", "a\\", true), ("\\", "\\", true), ("a\\*b*", "a*bc", true), ("a\\*b*", "axbc", false), ("\\\\*", "\\xyz", true),
        ("*ab", "aab", true), ("*aab", "aaab", true), ("*?b", "ab", true), ("*?b", "b", false),
    ])
    func matchesTheWholeText(_ pattern: String, _ text: String, _ expected: Bool) {
        #expect(FilterPattern(pattern).matches(text) == expected)
    }

    @Test(arguments: seeds(2))
    func agreesWithTheNaiveMatcher(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var matched = 0
        for _ in 0..<20_000 {
            let pattern = (0..<Int.random(in: 0...7, using: &random)).map { _ in random.pick(Array("ab*?\\é*")) }
            let text: [Character]
            if random.oneIn(2) {
                text = (0..<Int.random(in: 0...7, using: &random)).map { _ in random.pick(Array("abab*?\\é")) }
            } else {
                text = pattern.flatMap {
                    $0 == "*" ? Array(["", "a", "ba"][Int.random(in: 0..<3, using: &random)]) : [$0 == "?" ? "b" : $0]
                }
            }
            let expected = NaiveMatcher.matches(pattern[...], text[...])
            #expect(
                FilterPattern(String(pattern)).matches(String(text)) == expected,
                "pattern '\(String(pattern))', text '\(String(text))'"
            )
            if expected { matched += 1 }
        }
        #expect((2000...18_000).contains(matched))
    }

    @Test(arguments: seeds(2))
    func aLiteralIsTheOneTextThatMatches(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            let text = String((0..<Int.random(in: 0...8, using: &random)).map { _ in random.pick(Array("ab*?\\ é")) })
            let escaped = FilterPattern(text.map { "*?\\".contains($0) ? "\\\($0)" : String($0) }.joined())
            #expect(escaped.literal == text)
            #expect(escaped.matches(text))
            #expect(!escaped.matches(text + "a"))

            let hasWildcard = FilterPattern(text + "*")
            #expect(hasWildcard.literal == nil || text.last == "\\")
        }
        #expect(FilterPattern("a?").literal == nil)
    }

    /// A matcher that tried every split would need longer than the universe has.
    @Test(.againstHangs)
    func manyWildcardsDoNotMakeItSlow() {
        let text = String(repeating: "a", count: 5000)
        let pattern = String(repeating: "*a", count: 200)
        #expect(FilterPattern(pattern).matches(text))
        #expect(!FilterPattern(pattern + "*b").matches(text))
        #expect(!FilterPattern(String(repeating: "*?", count: 200) + "b").matches(text))
        #expect(FilterPattern(String(repeating: "*", count: 10_000)).matches(text))
    }
}
