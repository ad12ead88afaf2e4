import Domain
import Testing

@Suite struct FilterRulesTests {
    private func check(_ filters: [Filter]) throws { try FilterRules.check(filters, names: Image.filterNames) }

    @Test func takesKnownNamesAndTags() throws {
        try check([])
        try check([Filter(name: "name", values: ["a"]), Filter(name: "tag:any key", values: ["b"]), Filter(name: "tag-key", values: ["c"])])
    }

    @Test func refusesUnknownNames() {
        let fault = #expect(throws: Fault.self) {
            try check([Filter(name: "name", values: ["a"]), Filter(name: "colour", values: ["red"])])
        }
        #expect(fault?.code == .invalidParameterValue)
        #expect(fault?.message == "The filter 'colour' is invalid")
    }

    @Test func aFilterWithoutValuesMatchesNothing() throws {
        let filter = Filter(name: "name", values: [])
        try check([filter])
        #expect(filter.literals == nil && !filter.matches(anyOf: ["", "a"]) && !filter.matches(anyOf: []))
    }

    /// A regular expression is no pattern of EC2's: without a word it would find nothing, or something else.
    @Test func refusesEscapesOfOtherLanguages() throws {
        try check([Filter(name: "name", values: ["a\\*b", "a\\?b", "a\\\\b*"]), Filter(name: "tag:a\\d", values: ["x"])])
        for (value, escape) in [("fedora-\\d", "\\d"), ("*\\.img", "\\."), ("end\\", "\\"), ("\\\\\\n", "\\n"), ("a\\é", "\\é")] {
            let fault = #expect(throws: Fault.self) { try check([Filter(name: "name", values: ["fine", value])]) }
            #expect(fault?.code == .invalidParameterValue)
            #expect(fault?.message.hasPrefix("The filter 'name' has the invalid escape '\(escape)'") == true, "\(value)")
        }
    }

    @Test func takesTwoHundredValuesAndNoMore() throws {
        let hundred = Filter(name: "name", values: (0..<100).map { "n\($0)" })
        try check([hundred, hundred])
        let fault = #expect(throws: Fault.self) { try check([hundred, hundred, Filter(name: "state", values: ["failed"])]) }
        #expect(fault?.code == .filterLimitExceeded)
    }

    @Test func aFilterWithAWildcardHasNoLiterals() {
        #expect(Filter(name: "name", values: ["a", "b\\*"]).literals == ["a", "b*"])
        #expect(Filter(name: "name", values: ["a", "b*"]).literals == nil)
        #expect(Filter(name: "tag:K", values: []).tagKey == "K")
        #expect(Filter(name: "tag-key", values: []).tagKey == nil)
    }
}
