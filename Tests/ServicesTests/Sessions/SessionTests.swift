import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

@Suite struct SessionTests {
    private static func run(_ body: (World, AccountID) async throws -> Void) async throws {
        try await OrganizationsTests.run { world, organizations in
            try await body(world, try await organizations.newAccount("member"))
        }
    }

    private func assume(
        _ world: World,
        _ role: String,
        in account: AccountID,
        as call: Call? = nil,
        _ change: (inout RoleAssumption) -> Void = { _ in }
    ) async throws -> TemporaryKeys {
        let arn = try #require(RoleARN("arn:aws:iam::\(account):role/\(role)"))
        var request = RoleAssumption(role: arn, sessionName: "test")
        change(&request)
        let call = call ?? world.call(World.home)
        try await authorize(request, in: call)
        return try await SecurityTokens(call).assume(request)
    }

    /// What the stage of authorisation asks for before the use case runs.
    private func authorize(_ request: RoleAssumption, in call: Call) async throws {
        var facts = ["sts:rolesessionname": [request.sessionName], "aws:tagkeys": request.content.tags.map(\.key)]
        facts["sts:externalid"] = request.externalID.map { [$0] }
        facts["sts:sourceidentity"] = request.sourceIdentity.map { [$0] }
        for tag in request.content.tags { facts["aws:requesttag/\(tag.key.lowercased())"] = [tag.value] }
        var actions = ["sts:AssumeRole"]
        if !request.content.tags.isEmpty { actions.append("sts:TagSession") }
        if request.sourceIdentity != nil { actions.append("sts:SetSourceIdentity") }
        for action in actions { try await Authorizer(call).require(action, on: [.named(request.role.arn)]) { facts } }
    }

    /// That nobody is let in.
    private func expectDenied(sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void) async {
        do {
            try await body()
            Issue.record("somebody was let in", sourceLocation: sourceLocation)
        } catch is AccessDenied {
            return
        } catch {
            Issue.record("\(error)", sourceLocation: sourceLocation)
        }
    }

    @Test func aSessionOfARoleSignsUntilItExpires() async throws {
        try await Self.run { world, member in
            let keys = try await assume(world, AccountCreation.standardRole, in: member)
            #expect(keys.accessKeyID.wholeMatch(of: /ASIA[A-Z2-7]{16}/) != nil)
            let known = try #require(try await world.key(keys))
            #expect(known.secret == keys.secretAccessKey)
            #expect(known.principal.account == member)
            #expect(known.principal.arn(in: "aws") == "arn:aws:sts::\(member):assumed-role/OrganizationAccountAccessRole/test")
            #expect(known.principal.accessKeyID == keys.accessKeyID)
            #expect(known.session?.expiresAt == keys.expiresAt && known.session?.isChained == false)
            world.clock.advance(seconds: 3599)
            _ = try await world.key(keys)
            world.clock.advance(seconds: 1)
            await #expect(throws: SessionRefusal.expired) { _ = try await world.key(keys) }
        }
    }

    @Test func aTokenGoesWithItsOwnKeyAndIsNotMadeElsewhere() async throws {
        try await Self.run { world, member in
            let (one, other) = (
                try await assume(world, AccountCreation.standardRole, in: member),
                try await assume(world, AccountCreation.standardRole, in: member)
            )
            let deployment = world.deployment
            await #expect(throws: SessionRefusal.invalid) {
                _ = try await deployment.key(one.accessKeyID, sessionToken: other.sessionToken)
            }
            // Nothing of it can be changed, and nothing read.
            let bytes = try #require(Data(base64Encoded: one.sessionToken))
            for index in stride(from: 0, to: bytes.count, by: 7) {
                var changed = bytes
                changed[index] ^= 1
                await #expect(throws: SessionRefusal.invalid) {
                    _ = try await deployment.key(one.accessKeyID, sessionToken: changed.base64EncodedString())
                }
            }
            #expect(!String(decoding: bytes, as: UTF8.self).contains(one.secretAccessKey))
            for text in ["", "x", String(repeating: "A", count: 20_000)] {
                await #expect(throws: SessionRefusal.invalid) { _ = try await deployment.key(one.accessKeyID, sessionToken: text) }
            }
            // A key that does not expire has no token.
            let root = try await RootAccessKeys(world.call(World.home)).create(for: member)
            await #expect(throws: SessionRefusal.invalid) { _ = try await deployment.key(root.id, sessionToken: one.sessionToken) }
            #expect(try await deployment.key(one.accessKeyID, sessionToken: nil) == nil)
        }
    }

    @Test func aSessionStopsWhenItsRoleGoes() async throws {
        try await Self.run { world, member in
            let keys = try await assume(world, AccountCreation.standardRole, in: member)
            _ = try await world.key(keys)
            let role = try await world.role(AccountCreation.standardRole, of: member)
            try await world.deployment.directory.write { try IAMIdentityTable($0).delete(role) }
            await #expect(throws: SessionRefusal.invalid) { _ = try await world.key(keys) }
            // One of the same name is another.
            try await world.makeRole(AccountCreation.standardRole, in: member, trusting: "arn:aws:iam::\(World.account):root")
            await #expect(throws: SessionRefusal.invalid) { _ = try await world.key(keys) }
        }
    }

    @Test func sessionsStopWhenTheirAccountIsClosed() async throws {
        try await Self.run { world, member in
            let theirs = world.call(World.home, by: member)
            let sessions = [
                try await assume(world, AccountCreation.standardRole, in: member), try SecurityTokens(theirs).sessionToken(seconds: nil),
                try SecurityTokens(theirs).federationToken(for: "guest", seconds: nil, SessionContent()),
            ]
            for keys in sessions { #expect(try await world.key(keys)?.principal.account == member) }
            try await Organizations(world.call(World.home)).close(member)
            for keys in sessions { await #expect(throws: SessionRefusal.invalid) { _ = try await world.key(keys) } }
            await expectDenied { _ = try await assume(world, AccountCreation.standardRole, in: member) }
        }
    }

    @Test func whomTheRoleDoesNotTrustIsRefused() async throws {
        try await Self.run { world, member in
            // A member is not the management account, and a role that is not there trusts nobody.
            let theirs = world.call(World.home, by: member)
            let other = try await Organizations(world.call(World.home)).newAccount("other")
            await expectDenied { _ = try await assume(world, AccountCreation.standardRole, in: other, as: theirs) }
            await expectDenied { _ = try await assume(world, "Nobody", in: member) }
            await expectDenied { _ = try await assume(world, "team/\(AccountCreation.standardRole)", in: member) }
        }
    }

    @Test func anExternalIDIsAskedForWhereThePolicyAsks() async throws {
        try await Self.run { world, member in
            try await world.makeRole(
                "Vendor",
                in: member,
                trusting: "arn:aws:iam::\(World.account):root",
                condition: #"{"StringEquals":{"sts:ExternalId":"secret-17"}}"#
            )
            await expectDenied { _ = try await assume(world, "Vendor", in: member) }
            await expectDenied { _ = try await assume(world, "Vendor", in: member) { $0.externalID = "secret-18" } }
            _ = try await assume(world, "Vendor", in: member) { $0.externalID = "secret-17" }
        }
    }

    @Test func sessionsLastNoLongerThanTheirRoleLetsThem() async throws {
        try await Self.run { world, member in
            try await world.makeRole("Long", in: member, trusting: "arn:aws:iam::\(World.account):root", seconds: 7200)
            let keys = try await assume(world, "Long", in: member) { $0.seconds = 7200 }
            #expect(keys.expiresAt.timeIntervalSince(world.clock.now) <= 7200)
            await expectFault(.validationError) { _ = try await assume(world, "Long", in: member) { $0.seconds = 7201 } }
            // A session that another role's session has begun lasts an hour.
            let session = try await world.call(with: keys)
            try await world.makeRole("Next", in: member, trusting: "arn:aws:iam::\(member):role/Long", seconds: 7200)
            await expectFault(.validationError) { _ = try await assume(world, "Next", in: member, as: session) { $0.seconds = 3601 } }
            let chained = try await assume(world, "Next", in: member, as: session) { $0.seconds = 3600 }
            #expect(try await world.key(chained)?.session?.isChained == true)
        }
    }

    @Test func transitiveTagsAndTheSourceIdentityGoOn() async throws {
        try await Self.run { world, member in
            let actions = #"["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]"#
            try await world.makeRole("First", in: member, trusting: "arn:aws:iam::\(World.account):root", actions: actions)
            try await world.makeRole("Second", in: member, trusting: "arn:aws:iam::\(member):role/First", actions: actions)
            let tags = [Tag(key: "team", value: "ci"), Tag(key: "stage", value: "test")]
            let first = try await assume(world, "First", in: member) {
                $0.content = SessionContent(tags: tags, transitiveTagKeys: ["team"])
                $0.sourceIdentity = "ann"
            }
            let session = try await world.call(with: first)
            #expect(session.session?.tags == tags && session.session?.sourceIdentity == "ann")
            let second = try await world.key(try await assume(world, "Second", in: member, as: session))
            #expect(second?.session?.tags == [Tag(key: "team", value: "ci")])
            #expect(second?.session?.transitiveTagKeys == ["team"])
            #expect(second?.session?.sourceIdentity == "ann")
            await expectFault(.validationError) {
                _ = try await assume(world, "Second", in: member, as: session) {
                    $0.content.tags = [Tag(key: "TEAM", value: "other")]
                }
            }
            await expectFault(.accessDenied) {
                _ = try await assume(world, "Second", in: member, as: session) { $0.sourceIdentity = "bob" }
            }
            // A policy that says nothing of tags does not take them.
            await expectDenied {
                _ = try await assume(world, AccountCreation.standardRole, in: member) { $0.content.tags = tags }
            }
            await expectDenied {
                _ = try await assume(world, AccountCreation.standardRole, in: member) { $0.sourceIdentity = "ann" }
            }
        }
    }

    @Test func whatASessionCarriesIsLimited() async throws {
        try await Self.run { world, member in
            let tokens = SecurityTokens(world.call(World.home, by: member))
            func begin(_ content: SessionContent) throws -> TemporaryKeys {
                try tokens.federationToken(for: "guest", seconds: 900, content)
            }
            let policy = #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ec2:*","Resource":"*"}}"#
            let keys = try begin(SessionContent(policy: policy, policyARNs: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]))
            let session = try #require(try await world.key(keys)?.session)
            #expect(session.policy == policy && session.policyARNs == ["arn:aws:iam::aws:policy/ReadOnlyAccess"])
            #expect((1...100).contains(keys.packedPercent ?? 0))
            let large = (1...50).map { Tag(key: "key-\($0)", value: String(repeating: "x", count: 256)) }
            await expectFault(.packedPolicyTooLarge) { _ = try begin(SessionContent(tags: large)) }
            await expectFault(.malformedIAMPolicy) { _ = try begin(SessionContent(policy: "{}")) }
            await expectFault(.validationError) { _ = try begin(SessionContent(policyARNs: ["arn:aws:iam::aws:policy/NoSuchPolicy"])) }
            await expectFault(.validationError) {
                _ = try begin(SessionContent(policyARNs: ["arn:aws:iam::\(World.account):policy/Theirs"]))
            }
            await expectFault(.validationError) {
                _ = try begin(SessionContent(tags: [Tag(key: "a", value: ""), Tag(key: "A", value: "")]))
            }
            await expectFault(.validationError) { _ = try begin(SessionContent(tags: [], transitiveTagKeys: ["a"])) }
            // As many tags as there can be, and they fit into a request.
            let small = (1...50).map { Tag(key: "key-\($0)", value: String(repeating: "x", count: 60)) }
            #expect(try begin(SessionContent(tags: small)).sessionToken.utf8.count < 8_192)
        }
    }

    @Test func temporaryKeysTellTheirAccount() async throws {
        try await Self.run { world, member in
            let tokens = SecurityTokens(world.call(World.home))
            let keys = try await assume(world, AccountCreation.standardRole, in: member)
            #expect(try await tokens.account(ofAccessKey: keys.accessKeyID) == member)
            let root = try await RootAccessKeys(world.call(World.home)).create(for: member)
            #expect(try await tokens.account(ofAccessKey: root.id) == member)
            await expectFault(.validationError) { _ = try await tokens.account(ofAccessKey: "AKIAUNKNOWNUNKNOWNX") }
        }
    }

    @Test func aRefusalIsReadableInItsAccountAlone() async throws {
        try await Self.run { world, member in
            let principal = Principal(account: member, accessKeyID: "AKIA", kind: .user(.init(id: "AIDA1", path: "/", name: "ann")))
            let text = #"{"Version":"2012-10-17","Statement":{"Sid":"NoCopies","Effect":"Deny","Action":"ec2:CopyImage","Resource":"*"}}"#
            var policies = ApplicablePolicies()
            policies.identity = [NamedPolicy(name: "limits", policy: try PolicyDocument.identity(parsing: text).policy)]
            let context = ConditionContext(of: principal, in: "aws", at: world.clock.now)
            let decision = policies.decide(AccessRequest(action: "ec2:CopyImage", resource: "*", context: context))
            guard case .denied(let denial) = decision else {
                Issue.record("nothing was denied")
                return
            }
            let message = AuthorizationMessage(denial, of: principal, in: "aws", conditions: [("ec2:Region", ["us-east-1"])])
            let sealed = try message.sealed(by: world.deployment.tokens)
            #expect(sealed.wholeMatch(of: /[A-Za-z0-9_-]{100,10240}/) != nil)
            let decoded = try #require(AuthorizationMessage.open(sealed, for: member, by: world.deployment.tokens))
            let document = try #require(try JSONSerialization.jsonObject(with: Data(decoded.utf8)) as? [String: Any])
            #expect(document["allowed"] as? Bool == false && document["explicitDeny"] as? Bool == true)
            #expect(decoded.contains(#""action":"ec2:CopyImage""#) && decoded.contains("NoCopies") && decoded.contains("us-east-1"))
            #expect(AuthorizationMessage.open(sealed, for: World.account, by: world.deployment.tokens) == nil)
            #expect(AuthorizationMessage.open(String(sealed.dropLast(4)), for: member, by: world.deployment.tokens) == nil)
        }
    }
}

extension World {
    func key(_ keys: TemporaryKeys) async throws -> KnownKey? {
        try await deployment.key(keys.accessKeyID, sessionToken: keys.sessionToken)
    }

    /// A call that temporary keys have signed.
    func call(with keys: TemporaryKeys) async throws -> Call {
        let known = try #require(try await key(keys))
        return Call(principal: known.principal, session: known.session, store: store(World.home), deployment: deployment, host: "localhost")
    }

    func role(_ name: String, of account: AccountID) async throws -> IAMIdentity {
        try await deployment.directory.read { try IAMIdentityTable($0).require(.role, name, of: account) }
    }

    func makeRole(
        _ name: String,
        in account: AccountID,
        trusting principal: String,
        actions: String = #""sts:AssumeRole""#,
        condition: String = "{}",
        seconds: Int = 3600
    ) async throws {
        let statement = #"{"Effect":"Allow","Principal":{"AWS":"\#(principal)"},"Action":\#(actions),"Condition":\#(condition)}"#
        let role = IAMIdentity(
            id: IAMIdentity.randomID(of: .role),
            account: account,
            kind: .role,
            name: name,
            path: "/",
            trust: #"{"Version":"2012-10-17","Statement":\#(statement)}"#,
            sessionSeconds: seconds,
            createdAt: clock.now
        )
        try await deployment.directory.write { try IAMIdentityTable($0).insert(role) }
    }
}
