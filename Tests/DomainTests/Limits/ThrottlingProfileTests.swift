import Domain
import Foundation
import Testing

@Suite struct ThrottlingProfileTests {
    /// What stands on a page of the documentation, in two tables: names of actions, tokens at once and each second.
    private static func rates(under heading: String) throws -> [(actions: [String], rate: CallRate)] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/behaviour/quotas-and-throttling.md")
        let page = try String(contentsOf: file.standardizedFileURL, encoding: .utf8)
        let table = try #require(page.components(separatedBy: "| \(heading) |").dropFirst().first).components(separatedBy: "\n\n")[0]
        return table.split(separator: "\n").dropFirst(2).compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 3, let burst = Int(cells[1].replacing(",", with: "")), let rate = Double(cells[2].replacing(",", with: ""))
            else { return nil }
            return (cells[0].components(separatedBy: ", "), CallRate(burst: burst, perSecond: rate))
        }
    }

    /// By what is said of it in the table: an action by its name, the rest by what it does.
    private static func subject(_ name: String) -> (service: String, action: String, isUnbounded: Bool) {
        switch name {
        case "EC2: reading": ("ec2", "DescribeImages", false)
        case "EC2: changing": ("ec2", "CopySnapshot", false)
        case _ where name.hasPrefix("EC2: listing everything"): ("ec2", "DescribeImages", true)
        case _ where name.hasSuffix("SnapshotBlock") || name.hasPrefix("List") || ["StartSnapshot", "CompleteSnapshot"].contains(name):
            ("ebs", name, false)
        default: ("ec2", name, false)
        }
    }

    @Test func theRatesOfAWSAreThoseOfThePage() throws {
        let rows = try Self.rates(under: "actions, by `aws`")
        #expect(rows.count == 12)
        for (actions, rate) in rows {
            // A heading with commas is one.
            for name in actions[0].hasPrefix("EC2") ? [actions.joined(separator: ", ")] : actions {
                let (service, action, isUnbounded) = Self.subject(name)
                #expect(ThrottlingProfile.aws.rate(service: service, action: action, isUnbounded: isUnbounded) == rate, "\(name)")
            }
        }
    }

    @Test func theRatesOfInstancesAreThoseOfThePage() throws {
        let rows = try Self.rates(under: "instances, by `aws`")
        #expect(rows.count == 2)
        for (actions, rate) in rows {
            for action in actions { #expect(ThrottlingProfile.aws.resourceRate(service: "ec2", action: action) == rate, "\(action)") }
        }
        for profile in [ThrottlingProfile.protect, .off] { #expect(profile.resourceRate(service: "ec2", action: "RunInstances") == nil) }
        #expect(ThrottlingProfile.aws.resourceRate(service: "ec2", action: "RebootInstances") == nil)
    }

    /// Whoever calls by a token takes the server's time before anything is known of it; a tenth is what a CI system behind one address needs.
    @Test(arguments: [ThrottlingProfile.protect, .aws]) func callsByATokenAreLimitedInEveryProfile(_ profile: ThrottlingProfile) {
        let rate = profile.rate(service: "sts", action: "AssumeRoleWithWebIdentity", isUnbounded: false)
        #expect(rate == CallRate(burst: 5_000, perSecond: 500))
    }

    @Test func offLimitsNothing() {
        #expect(ThrottlingProfile.off.rate(service: "sts", action: "AssumeRoleWithWebIdentity", isUnbounded: false) == nil)
        #expect(ThrottlingProfile.off.rate(service: "ec2", action: "CopyImage", isUnbounded: false) == nil)
    }

    /// A push of 8 blocks at a time, a thousand a second, and a waiter that looks ten times a second are no trouble.
    @Test func theDefaultIsFarAboveAPipeline() throws {
        let block = try #require(ThrottlingProfile.protect.rate(service: "ebs", action: "PutSnapshotBlock", isUnbounded: false))
        let look = try #require(ThrottlingProfile.protect.rate(service: "ec2", action: "DescribeImages", isUnbounded: true))
        let copy = try #require(ThrottlingProfile.protect.rate(service: "ec2", action: "CopyImage", isUnbounded: false))
        #expect(block.perSecond >= 2000)
        #expect(look.perSecond >= 100)
        #expect(copy.burst >= 300)
    }
}
