import Domain
import Foundation
import Testing

/// What the clock does to an image (docs/behaviour/image-life.md).
@Suite struct ImageLifeTests {
    private let now = Date(timeIntervalSince1970: 1_795_392_000)
    private let owner: AccountID = known("123456789012")
    private let other: AccountID = known("999999999999")

    @Test func aDateOfDeprecationIsKeptToTheMinute() throws {
        let minute = now.addingTimeInterval(3_600)
        #expect(try ImageDeprecation.date(minute, at: now) == minute)
        #expect(try ImageDeprecation.date(minute.addingTimeInterval(29.999), at: now) == minute)
        #expect(try ImageDeprecation.date(minute.addingTimeInterval(30), at: now) == minute.addingTimeInterval(60))
        #expect(try ImageDeprecation.date(minute.addingTimeInterval(-20), at: now) == minute)
    }

    @Test func aDateOfDeprecationIsAheadAndNotTooFar() throws {
        let limit = try #require(ISO8601DateFormatter().date(from: "2036-11-23T00:00:00Z"))
        let start = try #require(ISO8601DateFormatter().date(from: "2026-11-23T00:00:00Z"))
        #expect(try ImageDeprecation.date(limit, at: start) == limit)
        #expect(try ImageDeprecation.date(start, at: start) == start)
        for wrong in [start.addingTimeInterval(-1), limit.addingTimeInterval(1), .distantPast, .distantFuture] {
            #expect(throws: Fault.self) { try ImageDeprecation.date(wrong, at: start) }
        }
    }

    @Test func aPublicImageIsDeprecatedTwoYearsAfterItsCreation() throws {
        let image = Image.sample(state: .available)
        let limit = ImageDeprecation.publicLimit(of: image)
        #expect(abs(limit.timeIntervalSince(image.createdAt) - 731 * 86_400) <= 30, "2028 is a leap year")
        try ImageDeprecation.checkPublic(limit, of: image)
        #expect(throws: Fault.self) { try ImageDeprecation.checkPublic(limit.addingTimeInterval(60), of: image) }
    }

    @Test func aDeprecatedImageIsListedToItsOwnerAndToWhoAsksForIt() {
        var image = Image.sample(state: .available)
        image.deprecatedAt = now
        var inclusion = Image.Inclusion()
        for (time, isHidden) in [(now.addingTimeInterval(-1), false), (now, true), (now.addingTimeInterval(1), true)] {
            inclusion.deprecated = false
            #expect(image.isListed(to: owner, isNamed: false, including: inclusion, at: time))
            #expect(image.isListed(to: other, isNamed: true, including: inclusion, at: time))
            #expect(image.isListed(to: other, isNamed: false, including: inclusion, at: time) == !isHidden)
            inclusion.deprecated = true
            #expect(image.isListed(to: other, isNamed: false, including: inclusion, at: time))
        }
    }

    @Test func aDisabledImageIsListedToItsOwnerAloneAndOnlyWhenAskedFor() {
        let image = Image.sample(state: .disabled)
        var inclusion = Image.Inclusion()
        inclusion.deprecated = true
        for isNamed in [false, true] { #expect(!image.isListed(to: owner, isNamed: isNamed, including: inclusion, at: now)) }
        inclusion.disabled = true
        for isNamed in [false, true] {
            #expect(image.isListed(to: owner, isNamed: isNamed, including: inclusion, at: now))
            #expect(!image.isListed(to: other, isNamed: isNamed, including: inclusion, at: now))
        }
    }

    @Test func protectionGoesAtOnceOrAfterItsCooldown() {
        let plain = DeregistrationProtection.disabled.enabled(withCooldown: false)
        #expect(plain.text == "enabled-without-cooldown")
        #expect(plain.disabled(at: now) == .disabled)
        let cooled = DeregistrationProtection.disabled.enabled(withCooldown: true)
        #expect(cooled.text == "enabled-with-cooldown")
        let end = now.addingTimeInterval(86_400)
        let cooling = cooled.disabled(at: now)
        #expect(cooling == .cooling(until: end))
        #expect(cooling.disabled(at: now.addingTimeInterval(3_600)) == cooling, "asking again does not prolong it")
        #expect(cooling.settled(at: end.addingTimeInterval(-1)) == cooling)
        #expect(cooling.settled(at: end) == .disabled)
        #expect(cooling.text.hasPrefix("disabled"))
    }

    @Test func aCooldownCannotBeSkippedByEnablingAgain() {
        let cooled = DeregistrationProtection.enabled(withCooldown: true)
        #expect(cooled.enabled(withCooldown: false) == cooled)
        #expect(cooled.disabled(at: now).enabled(withCooldown: false) == cooled)
        #expect(DeregistrationProtection.enabled(withCooldown: false).enabled(withCooldown: true) == cooled)
    }
}
