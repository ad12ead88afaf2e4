import Domain
import Testing

/// Which kinds of policy must allow whom, and what a refusal says.
@Suite struct AccessDecisionTests {
    private typealias Samples = PolicySamples

    private static let reads = Samples.allow("s3:GetObject")
    private static let denies = Samples.deny("s3:*")

    private func decide(_ principal: Principal, _ change: (inout ApplicablePolicies) throws -> Void) rethrows -> String {
        var policies = ApplicablePolicies()
        try change(&policies)
        return policies.decide(Samples.request(principal)).short
    }

    @Test func withoutPoliciesOnlyTheRootUserMay() {
        #expect(decide(Samples.root) { _ in } == "allowed")
        for principal in [Samples.alice, Samples.worker, Samples.federated] { #expect(decide(principal) { _ in } == "?identity") }
        #expect(decide(Samples.anonymous) { _ in } == "?resource")
    }

    @Test func whatDeniesWins() throws {
        let (allow, deny) = (try Samples.identity(Self.reads), try Samples.identity(Self.denies))
        #expect(decide(Samples.alice) { $0.identity = [allow] } == "allowed")
        #expect(decide(Samples.alice) { $0.identity = [allow, deny] } == "-identity")
        #expect(decide(Samples.alice) { ($0.identity, $0.boundary) = ([allow], [deny]) } == "-boundary")
        #expect(decide(Samples.alice) { ($0.identity, $0.session) = ([allow], [allow, deny]) } == "-session")
        #expect(decide(Samples.alice) { ($0.identity, $0.serviceControl) = ([allow], [[allow], [allow, deny]]) } == "-serviceControl")
        #expect(decide(Samples.root) { $0.serviceControl = [[allow, deny]] } == "-serviceControl")
        let closed = try Samples.resource(Samples.deny("s3:*", to: #""*""#), Samples.allow("s3:*", to: #""*""#))
        for principal in [Samples.root, Samples.alice, Samples.anonymous] {
            #expect(
                decide(principal) {
                    $0.identity = [allow]
                    $0.resource = ResourcePolicy(owner: Samples.account, rule: .adds, policy: closed)
                } == "-resource"
            )
        }
    }

    @Test func whatIsDeniedToEverybodyIsDeniedToServicesAndProviders() throws {
        let provider = "arn:aws:iam::111122223333:oidc-provider/ci.example.org"
        let trusted = #"{"Federated": "\#(provider)", "Service": "vmie.amazonaws.com"}"#
        for everybody in [#""*""#, #"{"AWS": "*"}"#] {
            let trust = try Samples.trust(
                Samples.allow("sts:AssumeRole*", on: nil, to: trusted),
                Samples.deny("sts:AssumeRole*", on: nil, to: everybody, if: #"{"StringEquals": {"aws:SourceIp": "192.0.2.7"}}"#)
            )
            for caller in [Caller.provider(provider), .service("vmie.amazonaws.com")] {
                for (address, outcome) in [("192.0.2.7", "-resource"), ("192.0.2.8", "allowed")] {
                    var policies = ApplicablePolicies()
                    policies.resource = ResourcePolicy(owner: Samples.account, rule: .decides, policy: trust)
                    let role = "arn:aws:iam::111122223333:role/ci"
                    let request = Samples.request(caller, "sts:AssumeRoleWithWebIdentity", on: role, ["aws:sourceip": [address]])
                    #expect(policies.decide(request).short == outcome, "\(caller) \(address) \(everybody)")
                }
            }
        }
    }

    /// A grant of a key needs no policy of the caller's, and what limits the caller limits it.
    @Test func aGrantOfAKeyIsLimitedAsWhateverLetsIn() throws {
        let other = try Samples.identity(Samples.allow("s3:ListBucket"))
        func decide(_ grant: ResourceGrant, of owner: AccountID, _ change: (inout ApplicablePolicies) -> Void = { _ in }) -> String {
            self.decide(Samples.worker) {
                var resource = ResourcePolicy(owner: owner, rule: .decides, policy: nil, grant: grant)
                resource.isGrantEnough = true
                $0.resource = resource
                change(&$0)
            }
        }
        for owner in [Samples.account, Samples.otherAccount] {
            #expect(decide(.role, of: owner) == "allowed")
            #expect(decide(.role, of: owner) { $0.serviceControl = [[other]] } == "?serviceControl")
            #expect(decide(.caller, of: owner) { $0.serviceControl = [[other]] } == "?serviceControl")
            #expect(decide(.caller, of: owner) { ($0.boundary, $0.session) = ([other], [other]) } == "allowed")
        }
        #expect(decide(.role, of: Samples.account) { $0.session = [other] } == "?session")
        #expect(decide(.role, of: Samples.account) { $0.boundary = [other] } == "?boundary")
        #expect(decide(.role, of: Samples.otherAccount) { $0.session = [other] } == "?identity")
    }

    @Test func whatLetsInBesideThePolicyCountsAsThePolicyDoes() throws {
        let other = try Samples.identity(Samples.allow("s3:ListBucket"))
        func resource(_ grant: ResourceGrant?, of owner: AccountID = Samples.account) -> ResourcePolicy {
            ResourcePolicy(owner: owner, rule: .decides, policy: nil, grant: grant)
        }
        #expect(decide(Samples.alice) { ($0.boundary, $0.resource) = ([other], resource(.caller)) } == "allowed")
        #expect(decide(Samples.alice) { ($0.boundary, $0.resource) = ([other], resource(.role)) } == "?boundary")
        #expect(decide(Samples.alice) { $0.resource = resource(.account) } == "?identity")
        #expect(decide(Samples.root) { $0.resource = resource(.account) } == "allowed")
        #expect(decide(Samples.root) { $0.resource = resource(nil) } == "?resource")
        #expect(decide(Samples.root) { $0.resource = resource(.account, of: Samples.otherAccount) } == "allowed")
        #expect(decide(Samples.anonymous) { $0.resource = resource(.caller) } == "allowed")
        #expect(decide(Samples.anonymous) { $0.resource = resource(.account) } == "?resource")
    }

    @Test func aPolicyTellsWhetherItIsPublic() throws {
        #expect(try Samples.resource(Samples.allow("s3:*", to: #""*""#)).policy.isPublic)
        #expect(try !Samples.resource(Samples.allow("s3:*", to: #"{"AWS": "111122223333"}"#)).policy.isPublic)
        #expect(try !Samples.identity(Samples.allow("*")).policy.isPublic)
    }

    @Test func everyKindThatLimitsMustAllow() throws {
        let (allow, other) = (try Samples.identity(Self.reads), try Samples.identity(Samples.allow("s3:ListBucket")))
        #expect(decide(Samples.alice) { $0.boundary = [allow] } == "?identity")
        #expect(decide(Samples.alice) { ($0.identity, $0.boundary) = ([allow], [other]) } == "?boundary")
        #expect(decide(Samples.alice) { ($0.identity, $0.session) = ([allow], [other]) } == "?session")
        #expect(decide(Samples.alice) { ($0.identity, $0.session) = ([allow], []) } == "?session")
        #expect(decide(Samples.alice) { ($0.identity, $0.serviceControl) = ([allow], [[allow], [other]]) } == "?serviceControl")
        #expect(decide(Samples.alice) { ($0.identity, $0.serviceControl) = ([allow], [[other, allow], [allow]]) } == "allowed")
        #expect(decide(Samples.root) { $0.serviceControl = [[other]] } == "?serviceControl")
        #expect(decide(Samples.federatedByRoot) { $0.session = [allow] } == "allowed")
        #expect(decide(Samples.federatedByRoot) { $0.session = [other] } == "?session")
    }

    @Test func refusalsSayWhatDeniesOrWhatIsMissing() throws {
        let subject =
            "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::depot/a"
        var policies = ApplicablePolicies()
        #expect(
            policies.decide(Samples.request(Samples.alice)).text
                == "\(subject) because no identity-based policy allows the s3:GetObject action"
        )
        policies.identity = [try Samples.identity(Self.denies)]
        #expect(policies.decide(Samples.request(Samples.alice)).text == "\(subject) with an explicit deny in an identity-based policy")
        policies.boundary = [try Samples.identity(Self.denies)]
        #expect(policies.decide(Samples.request(Samples.alice)).text == "\(subject) with an explicit deny in a permissions boundary")
    }
}
