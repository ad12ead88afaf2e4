import Domain
import Testing

@Suite struct TagRulesTests {
    private func tags(_ count: Int, prefix: String = "k") -> [Tag] { (0..<count).map { Tag(key: "\(prefix)\($0)", value: "v") } }

    private func fault(_ tags: [Tag]) -> Fault? { #expect(throws: Fault.self) { try TagRules.check(tags) } }

    @Test func takesWhatEC2Takes() throws {
        try TagRules.check([])
        try TagRules.check(tags(50))
        try TagRules.check([Tag(key: "a", value: ""), Tag(key: "A", value: ""), Tag(key: "awsome", value: "aws:x")])
        try TagRules.check([Tag(key: String(repeating: "é", count: 128), value: String(repeating: "👍", count: 256))])
    }

    @Test(arguments: ["aws:", "aws:x", "AWS:x", "Aws:x"])
    func refusesReservedKeys(_ key: String) {
        let found = fault([Tag(key: key, value: "")])
        #expect(found?.code == .invalidParameterValue)
        #expect(found?.message == "Tag keys starting with 'aws:' are reserved for internal use")
    }

    @Test func refusesEmptyAndLongTexts() {
        #expect(fault([Tag(key: "", value: "v")])?.message == "Tag key cannot be empty.")
        #expect(
            fault([Tag(key: String(repeating: "k", count: 129), value: "v")])?.message
                == "Tag key exceeds the maximum length of 128 characters"
        )
        #expect(
            fault([Tag(key: "k", value: String(repeating: "v", count: 257))])?.message
                == "Tag value exceeds the maximum length of 256 characters"
        )
    }

    @Test func refusesAKeyTwice() {
        let found = fault([Tag(key: "a", value: "1"), Tag(key: "b", value: "2"), Tag(key: "a", value: "1")])
        #expect(found?.code == .invalidParameterValue)
        #expect(found?.message == "Duplicate tag key 'a' specified.")
    }

    @Test func refusesMoreThanFifty() {
        let found = fault(tags(51))
        #expect(found?.code == .tagLimitExceeded)
        #expect(found?.message == "The maximum number of tags for a resource has been reached: 50")
    }

    @Test func mergeReplacesByKeyAndCountsWhatIsLeft() throws {
        let merged = try TagRules.merge(
            [Tag(key: "a", value: "old"), Tag(key: "b", value: "kept")],
            with: [Tag(key: "a", value: "new"), Tag(key: "c", value: "added")]
        )
        #expect(Set(merged) == [Tag(key: "a", value: "new"), Tag(key: "b", value: "kept"), Tag(key: "c", value: "added")])
        #expect(merged.count == 3)

        #expect(try TagRules.merge(tags(50), with: tags(50)).count == 50)
        #expect(try TagRules.merge(tags(25), with: tags(25, prefix: "x")).count == 50)
        let found = #expect(throws: Fault.self) { try TagRules.merge(tags(50), with: tags(1, prefix: "x")) }
        #expect(found?.code == .tagLimitExceeded)
    }
}
