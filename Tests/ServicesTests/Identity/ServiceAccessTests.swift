import Domain
import Services
import Testing

@Suite struct ServiceAccessTests {
    private func granted(_ services: [String], to arn: String, in world: World) async throws -> [[ServiceAccess.GrantingPolicy]] {
        let access = ServiceAccess(world.call(World.home))
        let grants = try await access.grants(to: arn, of: services, IAMPageRequest()).elements
        #expect(grants.map(\.service) == services)
        return grants.map(\.policies)
    }

    @Test func aUserHasItsOwnPoliciesAndThoseOfItsGroups() async throws {
        try await World.runWithAccounts { world in
            let call = world.call(World.home)
            _ = try await Groups(call).create("team", path: "/")
            let user = try await Users(call).create("ann", path: "/")
            try await Groups(call).add("ann", to: "team")
            try await world.inlinePolicies().put(InlinePolicy(name: "own", document: World.policy("s3:Get*")), into: .user, "ann")
            try await world.inlinePolicies().put(InlinePolicy(name: "all", document: World.policy("*")), into: .group, "team")
            let managed = try await world.policy("managed", World.policy("ec2:RunInstances"))
            try await world.attachments().attach(managed, to: .user, "ann")
            try await world.attachments().attach(managed, to: .group, "team")
            let arn = try #require(ManagedPolicyARN(rawValue: managed))
            let (own, all) = (
                ServiceAccess.GrantingPolicy.inline("own", of: .user, "ann"), ServiceAccess.GrantingPolicy.inline("all", of: .group, "team")
            )
            let ann = user.arn(in: "aws").description
            #expect(try await granted(["s3", "ec2", "kms"], to: ann, in: world) == [[own, all], [.managed(arn), all], [all]])
            let group = "arn:aws:iam::\(World.account):group/team"
            #expect(try await granted(["s3", "ec2"], to: group, in: world) == [[all], [all, .managed(arn)]])
        }
    }

    /// Which services a statement gives something of, whatever its resources and conditions.
    @Test(arguments: [
        (#""Action": "s3:GetObject""#, ["s3"]), (#""Action": "S3:*""#, ["s3"]), (#""Action": ["ec2:*", "kms:Encrypt"]"#, ["ec2", "kms"]),
        (#""Action": "*""#, ["s3", "ec2", "kms"]), (#""NotAction": "s3:*""#, ["ec2", "kms"]),
        (#""NotAction": ["s3:Get*", "kms:*"]"#, ["s3", "ec2"]),
    ])
    func aStatementAllowsSomethingOfAService(actions: String, services: [String]) async throws {
        try await World.runWithAccounts { world in
            let role = try await world.role("r")
            func document(_ effect: String) -> String {
                #"{"Version": "2012-10-17", "Statement": {"Effect": "\#(effect)", \#(actions), "Resource": "arn:aws:s3:::a"}}"#
            }
            try await world.inlinePolicies().put(InlinePolicy(name: "denies", document: document("Deny")), into: .role, "r")
            let arn = role.arn(in: "aws").description
            #expect(try await granted(["s3", "ec2", "kms"], to: arn, in: world) == [[], [], []])
            try await world.inlinePolicies().put(InlinePolicy(name: "allows", document: document("Allow")), into: .role, "r")
            let found = try await granted(["s3", "ec2", "kms"], to: arn, in: world)
            #expect(zip(["s3", "ec2", "kms"], found).filter { !$0.1.isEmpty }.map(\.0) == services)
        }
    }
}
