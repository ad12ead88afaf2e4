import Domain
import TestSupport
import Testing

@Suite struct EncryptionContextTests {
    @Test func orderDoesNotMatterAndBytesDo() throws {
        let one = try EncryptionContext([(key: "b", value: "2"), (key: "a", value: "1")])
        #expect(try EncryptionContext([(key: "a", value: "1"), (key: "b", value: "2")]) == one)
        for other in [[("a", "12"), ("b", "")], [("a", "1b"), ("", "2")], [("a", "1")], [("A", "1"), ("b", "2")]] {
            #expect(try EncryptionContext(other.map { (key: $0.0, value: $0.1) }).canonicalBytes != one.canonicalBytes)
        }
        // The same letter in two spellings.
        let spellings = ["\u{e4}", "a\u{308}"]
        #expect(spellings[0] == spellings[1])
        let contexts = try spellings.map { try EncryptionContext([(key: $0, value: "1")]) }
        #expect(contexts[0] != contexts[1])
    }

    @Test func randomContextsGoThroughTheirBytes() throws {
        var generator = SeededGenerator(seed: 12)
        var seen: [[UInt8]: EncryptionContext] = [:]
        for _ in 0..<500 {
            var pairs: [String: String] = [:]
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                pairs[text(&generator)] = text(&generator)
            }
            let context = try EncryptionContext(pairs.map { (key: $0.key, value: $0.value) })
            #expect(EncryptionContext(canonicalBytes: context.canonicalBytes) == context)
            if let same = seen[context.canonicalBytes] { #expect(same == context) }
            seen[context.canonicalBytes] = context
        }
    }

    private func text(_ generator: inout SeededGenerator) -> String {
        String((0..<Int.random(in: 0...3, using: &generator)).map { _ in "ab\u{0}"[Int.random(in: 0..<3, using: &generator)] })
    }

    @Test func noiseIsNoContext() {
        var generator = SeededGenerator(seed: 13)
        for _ in 0..<2000 {
            let noise = (0..<Int.random(in: 1...24, using: &generator)).map { _ in UInt8.random(in: 0...3, using: &generator) }
            guard let context = EncryptionContext(canonicalBytes: noise) else { continue }
            #expect(context.canonicalBytes == noise)
        }
    }

    @Test func bounds() throws {
        #expect(throws: Fault.self) { _ = try EncryptionContext([(key: "k", value: String(repeating: "v", count: 8192))]) }
        _ = try EncryptionContext([(key: "k", value: String(repeating: "v", count: 8191))])
        #expect(throws: Fault.self) { _ = try EncryptionContext([(key: "k", value: "1"), (key: "k", value: "2")]) }
        #expect(EncryptionContext.empty.canonicalBytes == [])
    }

    @Test func whatAGrantAllows() throws {
        let (a, ab) = (
            try EncryptionContext([(key: "a", value: "1")]), try EncryptionContext([(key: "a", value: "1"), (key: "b", value: "2")])
        )
        #expect(GrantConstraint.contextEquals(a).allows(a))
        #expect(!GrantConstraint.contextEquals(a).allows(ab))
        #expect(GrantConstraint.contextContains(a).allows(ab))
        #expect(!GrantConstraint.contextContains(ab).allows(a))
        #expect(GrantConstraint.contextContains(.empty).allows(.empty))
    }
}

extension String {
    fileprivate subscript(position: Int) -> Character { self[index(startIndex, offsetBy: position)] }
}
