import Domain
import Testing

@Suite struct ThrottlingProfileTests {
    /// The published figures (docs/behaviour/quotas-and-throttling.md, "Throttling").
    @Test(arguments: [
        ("ec2", "CopyImage", false, CallRate(burst: 100, perSecond: 1)),
        ("ec2", "DescribeImages", false, CallRate(burst: 100, perSecond: 20)),
        ("ec2", "DescribeImages", true, CallRate(burst: 50, perSecond: 10)),
        ("ec2", "CopySnapshot", false, CallRate(burst: 50, perSecond: 5)),
        ("ec2", "CreateTags", false, CallRate(burst: 100, perSecond: 10)),
        ("ec2", "CreateStoreImageTask", false, CallRate(burst: 50, perSecond: 0.1)),
        ("ebs", "PutSnapshotBlock", false, CallRate(burst: 1000, perSecond: 1000)),
    ])
    func theRatesOfAWSAreThePublishedOnes(_ service: String, _ action: String, _ isUnbounded: Bool, _ rate: CallRate) {
        #expect(ThrottlingProfile.aws.rate(service: service, action: action, isUnbounded: isUnbounded) == rate)
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
