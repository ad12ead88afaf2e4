import Domain
import Metadata
import Services
import Testing

@Suite struct ServiceControlPolicyTests {
    private static let denial = #"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"ec2:CopyImage","Resource":"*"}}"#

    private func levels(_ world: World, of account: AccountID) async throws -> [ServiceControlLevel] {
        try await world.deployment.directory.read { try OrganizationTable($0).serviceControlPolicies(of: account) }
    }

    @Test func eachLevelFromTheRootToTheAccountHasItsPolicies() async throws {
        try await OrganizationsTests.run { world, organizations in
            let root = try await organizations.describe().organization.root
            let unit = try await organizations.createUnit("unit", under: root, tags: []).unit.id
            let member = try await organizations.newAccount("member")
            try await organizations.move(member, from: root, to: unit)
            let before = try await world.iamVersion()
            let policy = try await organizations.create(
                OrganizationPolicy(name: "no copies", description: "", content: Self.denial),
                tags: []
            )
            try await organizations.attach(policy.id, to: unit)
            #expect(try await world.iamVersion() > before)
            let levels = try await levels(world, of: member)
            #expect(levels.map(\.target) == [root, unit, member.rawValue])
            #expect(levels[0].policies == [.fullAccess])
            #expect(Set(levels[1].policies) == [.fullAccess, policy])
            #expect(levels[2].policies == [.fullAccess])
            // They have no say over the management account.
            #expect(try await self.levels(world, of: World.account).isEmpty)
            let targets = try await organizations.targets(of: policy.id, PageRequest(maxResults: 20, sizes: 1...20)).elements
            #expect(targets.map(\.id) == [unit] && targets.map(\.name) == ["unit"])
        }
    }

    @Test func attachmentsHaveTheirLimits() async throws {
        try await OrganizationsTests.run { _, organizations in
            let root = try await organizations.describe().organization.root
            await expectFault(.constraintViolation) { try await organizations.detach(OrganizationPolicy.fullAccess.id, from: root) }
            var policies: [OrganizationPolicy] = []
            for number in 1...OrganizationLimits.policiesOfTarget {
                let policy = OrganizationPolicy(name: "policy \(number)", description: "", content: Self.denial)
                policies.append(try await organizations.create(policy, tags: []))
            }
            for policy in policies.dropLast() { try await organizations.attach(policy.id, to: root) }
            let (first, last) = (policies[0], policies[policies.count - 1])
            await expectFault(.constraintViolation) { try await organizations.attach(last.id, to: root) }
            await expectFault(.duplicatePolicyAttachment) { try await organizations.attach(first.id, to: root) }
            await expectFault(.policyInUse) { try await organizations.delete(policy: first.id) }
            await expectFault(.policyNotAttached) { try await organizations.detach(last.id, from: root) }
            await expectFault(.targetNotFound) { try await organizations.attach(last.id, to: "ou-none-12345678") }
            try await organizations.detach(first.id, from: root)
            try await organizations.delete(policy: first.id)
            await expectFault(.policyNotFound) { _ = try await organizations.policy(first.id) }
        }
    }

    @Test func whatIsSwitchedOffIsDetachedAndBeginsAnew() async throws {
        try await OrganizationsTests.run { world, organizations in
            let root = try await organizations.describe().organization.root
            let member = try await organizations.newAccount("member")
            let policy = try await organizations.create(
                OrganizationPolicy(name: "no copies", description: "", content: Self.denial),
                tags: []
            )
            try await organizations.attach(policy.id, to: member.rawValue)
            await expectFault(.policyTypeAlreadyEnabled) { _ = try await organizations.enablePolicies(under: root) }
            #expect(try await !organizations.disablePolicies(under: root).organization.hasPolicies)
            #expect(try await levels(world, of: member).isEmpty)
            await expectFault(.policyTypeNotEnabled) { try await organizations.attach(policy.id, to: root) }
            // One that was made while they were off.
            let later = try await organizations.newAccount("later")
            _ = try await organizations.enablePolicies(under: root)
            for account in [member, later] {
                #expect(try await levels(world, of: account).map(\.policies) == [[.fullAccess], [.fullAccess]])
            }
        }
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"Version":"2012-10-17"}"#, #"{"Version":"2008-10-17","Statement":[]}"#,
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"ec2:*"}]}"#,
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"CopyImage","Resource":"*"}]}"#,
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Refuse","Action":"ec2:*","Resource":"*"}]}"#,
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"ec2:*","Resource":"*"}]}"#,
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"ec2:*","NotAction":"s3:*","Resource":"*"}]}"#,
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"ec2:*","Resource":"*","Condition":{"Like":{"a:b":"c"}}}]}"#,
    ])
    func aDocumentThatIsNoneIsRefused(content: String) async throws {
        try await OrganizationsTests.run { _, organizations in
            await expectFault(.malformedPolicyDocument) {
                _ = try await organizations.create(OrganizationPolicy(name: "wrong", description: "", content: content), tags: [])
            }
            let policy = try await organizations.create(OrganizationPolicy(name: "right", description: "", content: Self.denial), tags: [])
            await expectFault(.malformedPolicyDocument) {
                _ = try await organizations.update(policy: policy.id, name: nil, description: nil, content: content)
            }
            #expect(try await organizations.policy(policy.id).content == Self.denial)
        }
    }

    @Test func whatAWSManagesIsNotChanged() async throws {
        try await OrganizationsTests.run { _, organizations in
            let id = OrganizationPolicy.fullAccess.id
            await expectFault(.invalidOrganizationInput) { try await organizations.delete(policy: id) }
            await expectFault(.invalidOrganizationInput) {
                _ = try await organizations.update(policy: id, name: "mine", description: nil, content: nil)
            }
            await expectFault(.duplicatePolicy) {
                _ = try await organizations.create(
                    OrganizationPolicy(name: "FullAWSAccess", description: "", content: Self.denial),
                    tags: []
                )
            }
            let long = Self.denial + String(repeating: " ", count: OrganizationLimits.policyBytes)
            await expectFault(.constraintViolation) {
                _ = try await organizations.create(OrganizationPolicy(name: "long", description: "", content: long), tags: [])
            }
        }
    }
}
