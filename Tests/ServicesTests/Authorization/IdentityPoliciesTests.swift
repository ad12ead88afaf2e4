import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// Which policies have a say in what a user or a role may do.
@Suite struct IdentityPoliciesTests {
    @Test func theyAreInlineAttachedAndTheBoundary() async throws {
        try await World.runWithAccounts { world in
            let role = try await world.role("r")
            let reader = IdentityPolicies(directory: world.deployment.directory)
            #expect(try await reader.policies(of: role.id)?.identity.isEmpty == true)
            let own = try await world.policy("own", World.policy("s3:PutObject"))
            try await world.attachments().attach(own, to: .role, "r")
            try await world.attachments().attach("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", to: .role, "r")
            try await world.inlinePolicies().put(InlinePolicy(name: "inline", document: World.policy("s3:DeleteObject")), into: .role, "r")
            let bound = try await world.policy("bound", World.policy("s3:*"))
            try await world.attachments().setBoundary(of: .role, "r", to: bound)

            let found = try #require(try await reader.policies(of: role.id))
            #expect(found.identity.policies.map(\.name) == ["inline", own, "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"])
            #expect(found.boundary?.policies.map(\.name) == [bound])
            #expect(try await reader.trust(ofRole: role.id)?.name == "arn:aws:iam::123456789012:role/r")
            #expect(try await Self.allowed(reader, role) == ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"])
            #expect(try await reader.policies(of: "AROAGONE") == nil)
            #expect(try await reader.trust(ofRole: "AROAGONE") == nil)
        }
    }

    @Test func thoseOfGroupsCountForTheirUsers() async throws {
        try await World.runWithAccounts { world in
            let user = Self.identity("AIDAANN", .user, "ann", world)
            let group = Self.identity("AGPATEAM", .group, "team", world)
            try await world.deployment.directory.write { transaction in
                for identity in [user, group] { try IAMIdentityTable(transaction).insert(identity) }
                let sql = "INSERT INTO iam_group_members (group_id, user_id) VALUES (?, ?)"
                try transaction.execute(sql, [.text(group.id), .text(user.id)])
            }
            let reader = IdentityPolicies(directory: world.deployment.directory)
            try await world.attachments().attach("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", to: .group, group.name)
            try await world.inlinePolicies().put(
                InlinePolicy(name: "of the group", document: World.policy("s3:PutObject")),
                into: .group,
                group.name
            )
            try await world.inlinePolicies().put(
                InlinePolicy(name: "own", document: World.policy("s3:DeleteObject")),
                into: .user,
                user.name
            )
            let found = try #require(try await reader.policies(of: user.id))
            #expect(found.identity.policies.map(\.name) == ["own", "of the group", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"])
        }
    }

    /// What is kept never outlives a change, and a call that knows the number needs no read.
    @Test func whatIsKeptGoesWithAnyChange() async throws {
        try await World.runWithAccounts { world in
            let role = try await world.role("r")
            let arn = try await world.policy("own", World.policy("s3:GetObject"))
            try await world.attachments().attach(arn, to: .role, "r")
            let reader = IdentityPolicies(directory: world.deployment.directory)
            #expect(try await Self.allowed(reader, role) == ["s3:GetObject"])

            let version = try await world.iamVersion()
            let before = world.deployment.directory.statistics.counts.statements
            #expect(try await reader.policies(of: role.id, at: version)?.identity.policies.count == 1)
            #expect(world.deployment.directory.statistics.counts.statements == before)

            _ = try await world.managedPolicies().createVersion(of: arn, document: World.policy("s3:PutObject"), isDefault: true)
            #expect(try await Self.allowed(reader, role) == ["s3:PutObject"])
            try await world.attachments().detach(arn, from: .role, "r")
            #expect(try await Self.allowed(reader, role) == [])
            try await world.roles().delete("r")
            #expect(try await reader.policies(of: role.id) == nil)
        }
    }

    /// However little may be kept, the answers are the same.
    @Test(arguments: [0, 200, 1 << 20]) func theAnswersDoNotDependOnWhatIsKept(_ bytes: Int) async throws {
        try await World.runWithAccounts { world in
            let reader = IdentityPolicies(directory: world.deployment.directory, textBytesMax: bytes)
            var roles: [(IAMIdentity, String)] = []
            for number in 0..<5 {
                let role = try await world.role("r\(number)")
                let action = ["s3:GetObject", "s3:PutObject"][number % 2]
                try await world.inlinePolicies().put(InlinePolicy(name: "p", document: World.policy(action)), into: .role, role.name)
                roles.append((role, action))
            }
            for _ in 0..<2 {
                for (role, action) in roles { #expect(try await Self.allowed(reader, role) == [action]) }
            }
        }
    }

    /// A policy that is not there any more might have denied.
    @Test func aLostPolicyLetsNobodyIn() async throws {
        try await World.runWithAccounts { world in
            let role = try await world.role("r")
            let lost: ManagedPolicyARN = try #require(ManagedPolicyARN(rawValue: "arn:aws:iam::aws:policy/WasOnceThere"))
            let now = world.clock.now
            try await world.deployment.directory.write { try IAMAttachmentTable($0).attach(lost, to: role.id, at: now) }
            let reader = IdentityPolicies(directory: world.deployment.directory)
            await #expect(throws: (any Error).self) { try await reader.policies(of: role.id) }
        }
    }

    private static func identity(_ id: String, _ kind: IAMIdentity.Kind, _ name: String, _ world: World) -> IAMIdentity {
        IAMIdentity(id: id, account: World.account, kind: kind, name: name, path: "/", createdAt: world.clock.now)
    }

    /// Which of three actions the policies of a role let it do.
    private static func allowed(_ reader: IdentityPolicies, _ role: IAMIdentity) async throws -> [String] {
        guard let found = try await reader.policies(of: role.id) else { return ["gone"] }
        var policies = ApplicablePolicies()
        (policies.identity, policies.boundary) = found
        let name = Principal.RoleSession(id: role.id, path: role.path, name: role.name, session: "s")
        let principal = Principal(account: role.account, accessKeyID: "", kind: .role(name))
        return ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"].filter { action in
            let context = ConditionContext(of: principal, in: "aws", at: Date(timeIntervalSince1970: 0))
            return policies.decide(AccessRequest(action: action, resource: "arn:aws:s3:::b/k", context: context)).isAllowed
        }
    }
}
