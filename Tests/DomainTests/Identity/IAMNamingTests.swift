import Domain
import Foundation
import Testing

@Suite struct IAMNamingTests {
    @Test(arguments: ["/", "/a/", "/a/b/", "/!~/", "//a/"]) func paths(_ text: String) { #expect(IAMNaming.isPath(text)) }

    @Test(arguments: ["", "a", "/a", "a/", "//", "/a b/", "/é/", "/\u{7F}/"]) func noPaths(_ text: String) {
        #expect(!IAMNaming.isPath(text))
    }

    @Test(arguments: ["abc", "a-b", "1-2-3"]) func aliases(_ text: String) { #expect(IAMNaming.isAccountAlias(text)) }

    @Test(arguments: ["-ab", "ab-", "a--b", "aBc", "a_b"]) func noAliases(_ text: String) { #expect(!IAMNaming.isAccountAlias(text)) }

    @Test func idsTellWhatTheyAreOf() {
        for (kind, prefix) in [(IAMIdentity.Kind.user, "AIDA"), (.group, "AGPA"), (.role, "AROA"), (.instanceProfile, "AIPA")] {
            let id = IAMIdentity.randomID(of: kind)
            #expect(id.hasPrefix(prefix) && id.count == 21, "\(id)")
        }
    }

    @Test func tagKeysAreTheSameInCapitals() {
        #expect(throws: Fault.self) { try IAMTagRules.check([Tag(key: "Team", value: "a"), Tag(key: "team", value: "b")]) }
        #expect(throws: Fault.self) { try IAMTagRules.check([Tag(key: "AWS:x", value: "")]) }
        #expect(throws: Never.self) { try IAMTagRules.check([Tag(key: "team", value: ""), Tag(key: "teams", value: "")]) }
    }
}
