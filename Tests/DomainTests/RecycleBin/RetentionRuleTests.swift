import Domain
import Foundation
import Testing

/// What the rules of the Recycle Bin keep, and what they may be (docs/behaviour/recycle-bin.md, "Rules").
@Suite struct RetentionRuleTests {
    private let now = Date(timeIntervalSince1970: 1_795_392_000)

    private func rule(
        days: Int = 7,
        resourceTags: [ResourceTag] = [],
        excludedTags: [ResourceTag] = [],
        lock: RetentionRule.Lock = .none
    ) -> RetentionRule {
        RetentionRule(
            id: .random(),
            account: known("123456789012"),
            kind: .image,
            description: "",
            days: days,
            resourceTags: resourceTags,
            excludedTags: excludedTags,
            lock: lock,
            createdAt: now
        )
    }

    private let stage = ResourceTag(key: "stage", value: "prod")
    private let team = ResourceTag(key: "team", value: nil)

    @Test func aRuleWithoutTagsMatchesAll() {
        #expect(rule().matches([]))
        #expect(rule().matches([Tag(key: "stage", value: "test")]))
    }

    @Test func anyTagOfARuleIsEnough() {
        let rule = rule(resourceTags: [stage, team])
        #expect(!rule.matches([]))
        #expect(!rule.matches([Tag(key: "stage", value: "test"), Tag(key: "Team", value: "a")]))
        #expect(rule.matches([Tag(key: "stage", value: "prod")]))
        #expect(rule.matches([Tag(key: "stage", value: "test"), Tag(key: "team", value: "a")]))
    }

    @Test func anyExcludedTagKeepsOut() {
        let rule = rule(excludedTags: [stage, team])
        #expect(rule.matches([]))
        #expect(rule.matches([Tag(key: "stage", value: "test")]))
        #expect(!rule.matches([Tag(key: "stage", value: "prod"), Tag(key: "x", value: "y")]))
        #expect(!rule.matches([Tag(key: "team", value: "")]))
    }

    @Test func theLongestRetentionOfThoseThatMatchWins() {
        let rules = [rule(days: 30, resourceTags: [stage]), rule(days: 7), rule(days: 90, excludedTags: [stage])]
        #expect(RetentionRule.days(of: rules, for: []) == 90)
        #expect(RetentionRule.days(of: rules, for: [Tag(key: "stage", value: "prod")]) == 30)
        #expect(RetentionRule.days(of: [rules[0]], for: []) == nil)
        #expect(RetentionRule.days(of: [], for: []) == nil)
    }

    @Test func whatARuleCannotBeIsRefused() throws {
        for days in [1, 365] { try rule(days: days).check() }
        for wrong in [
            rule(days: 0), rule(days: 366), rule(days: -1), rule(resourceTags: Array(repeating: stage, count: 51)),
            rule(excludedTags: Array(repeating: stage, count: 6)), rule(resourceTags: [stage], excludedTags: [team]),
            rule(resourceTags: [ResourceTag(key: "", value: nil)]),
            rule(resourceTags: [ResourceTag(key: "k", value: String(repeating: "v", count: 257))]),
            rule(resourceTags: [stage], lock: .locked(unlockDays: 7)), rule(excludedTags: [stage], lock: .locked(unlockDays: 7)),
        ] {
            let fault = #expect(throws: Fault.self) { try wrong.check() }
            #expect(fault?.code == .validationException)
        }
        var wordy = rule()
        wordy.description = String(repeating: "d", count: 256)
        #expect(throws: Fault.self) { try wordy.check() }
    }

    @Test func anUnlockedRuleHoldsForItsDelay() {
        let end = now.addingTimeInterval(7 * 86_400)
        let lock = RetentionRule.Lock.ending(unlockDays: 7, at: end)
        #expect(lock.settled(at: end.addingTimeInterval(-1)) == lock)
        #expect(lock.settled(at: end) == .none)
        #expect(
            [lock.text, RetentionRule.Lock.none.text, RetentionRule.Lock.locked(unlockDays: 7).text] == [
                "pending_unlock", "unlocked", "locked",
            ]
        )
    }

    @Test func idsHaveElevenLettersAndDigits() {
        for _ in 0..<100 { #expect(RetentionRuleID(rawValue: RetentionRuleID.random().rawValue) != nil) }
        for wrong in ["", "0123456789", "0123456789ab", "0123456789-", "0123456789é"] { #expect(RetentionRuleID(rawValue: wrong) == nil) }
    }
}
