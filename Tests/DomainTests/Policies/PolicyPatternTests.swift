import Domain
import TestSupport
import Testing

@Suite struct PolicyPatternTests {
    /// Whatever the wildcards, the pattern decides as trying everything does.
    @Test(arguments: seeds(2))
    func itMatchesWhatTryingEverythingMatches(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let (symbols, letters): ([Character], [Character]) = (["a", "b", ":", "*", "?", "*", "é"], ["a", "b", ":", "é"])
        var matched = 0
        for _ in 0..<3_000 {
            let pattern = (0..<Int.random(in: 0...8, using: &random)).map { _ in random.pick(symbols) }
            let text = (0..<Int.random(in: 0...8, using: &random)).map { _ in random.pick(letters) }
            let (plain, read) = (ReferencePattern.matches(pattern, text), String(text))
            #expect(PolicyPattern(String(pattern)).matches(read) == plain, "\(String(pattern)) \(read)")
            for (reach, crosses) in [(PolicyPattern.Reach.resource, true), (.segment, false)] {
                let expected = ReferencePattern.matchesARN(pattern, text, crosses: crosses)
                #expect(PolicyPattern(String(pattern), reach: reach).matches(read) == expected, "\(reach) \(String(pattern)) \(read)")
            }
            if plain { matched += 1 }
            let start = String(text.prefix(3))
            if plain { #expect(PolicyPattern(String(pattern)).canBegin(with: start), "\(String(pattern)) \(start)") }
        }
        #expect(matched > 100)
    }

    @Test func aCharacterIsOneHoweverManyBytesItHas() {
        #expect(PolicyPattern("a?c").matches("aéc"))
        #expect(PolicyPattern("a?c").matches("a🚢c"))
        #expect(!PolicyPattern("a??c").matches("aéc"))
        #expect(!PolicyPattern("a?").matches("a"))
    }

    /// Patterns are a stranger's: none may take time that grows faster than pattern times text.
    @Test func noPatternTakesForever() {
        let text = String(repeating: "a", count: 256)
        for pattern in [
            String(repeating: "a*", count: 100) + "b", String(repeating: "*a?", count: 60) + "b",
            "*" + String(repeating: "a", count: 200) + "b",
        ] {
            #expect(!PolicyPattern(pattern).matches(text))
            #expect(!PolicyPattern("arn:*:x*y" + pattern, reach: .resource).matches("arn:aws:x" + text))
        }
    }

    /// What is tried again and again is found by another way after a while, which decides as the first one does: also where words of 64 places meet.
    @Test(arguments: [62, 63, 64, 65, 127, 128, 500])
    func longPatternsAreDecidedLikeShortOnes(length: Int) {
        let (fill, text) = (String(repeating: "a", count: length), String(repeating: "a", count: 4 * length))
        for end in ["b", "?b", "*b", "?", "*", "é"] {
            for pattern in ["*\(fill)\(end)", "*?\(fill.dropFirst())\(end)", "*\(fill)*\(fill)\(end)"] {
                #expect(PolicyPattern(pattern).matches(text + "b") == (end != "é"), "\(pattern)")
                #expect(PolicyPattern(pattern).matches(text + "é") == ["?", "*", "é"].contains(end), "\(pattern)")
                #expect(PolicyPattern(pattern).matches(text) == ["?", "*"].contains(end), "\(pattern)")
            }
            #expect(!PolicyPattern("*\(fill):\(end)", reach: .segment).matches("\(text):c:b"))
        }
    }
}
