import Domain
import Metadata
import Services
import TestSupport
import Testing

/// Tags of what a request is about, as `aws:ResourceTag` asks for them.
@Suite(.againstHangs) struct ResourceTagsTests {
    /// What is tagged, by its ARN; a function of the team that its tag names.
    private func makings(_ world: World, _ organizations: Organizations) -> [(name: String, make: (String) async throws -> ARN)] {
        let call = world.call(World.home)
        @Sendable func tag(_ team: String) -> [Tag] { [Tag(key: "team", value: team)] }
        return [
            (
                "managed policy",
                { team in
                    let policies = world.managedPolicies()
                    let made = try await policies.create(team, path: "/a/", document: World.policy(), description: "", tags: tag(team))
                    return try #require(ARN(made.arn.text(in: "aws")))
                }
            ),
            (
                "OpenID Connect provider",
                { team in
                    let providers = OpenIDProviders(call)
                    let made = try await providers.create("https://\(team).example.com/a", clientIDs: [], thumbprints: [], tags: tag(team))
                    return try #require(ARN("arn:aws:iam::\(World.account):oidc-provider/\(made.url)"))
                }
            ),
            (
                "role",
                { team in
                    try await world.roles().create(Roles.Request(name: team, path: "/", trust: World.trust, tags: tag(team))).arn(in: "aws")
                }
            ),
            (
                "account",
                { team in
                    let creation = AccountCreation(name: team, email: "\(team)@example.com", tags: tag(team))
                    let account = try #require(try await organizations.createAccount(creation).account)
                    let organization = try await organizations.describe().organization.id
                    return try #require(ARN("arn:aws:organizations::\(World.account):account/\(organization)/\(account)"))
                }
            ),
            (
                "rule of the Recycle Bin",
                { team in
                    let rule = try await world.keep(.snapshot, days: 1) { $0.tags = tag(team) }
                    return call.ruleARN(rule.id.rawValue)
                }
            ),
            (
                "import task",
                { team in
                    let id = ImportSnapshotTaskID.random()
                    try await world.store(World.home).database.write {
                        try TagTable($0).set(tag(team), on: .importSnapshotTask(id), by: World.account)
                    }
                    return try #require(ARN("arn:aws:ec2:\(World.home):\(World.account):import-snapshot-task/\(id)"))
                }
            ),
        ]
    }

    @Test func theyDecideOverAllThatCarriesThem() async throws {
        try await World.run { world in
            try await world.foundOrganization()
            let user = try await Users(world.call(World.home)).create("ann", path: "/")
            let document = """
                {"Version": "2012-10-17", "Statement": {
                    "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "red"}}
                }}
                """
            try await world.inlinePolicies().put(InlinePolicy(name: "red", document: document), into: .user, "ann")
            for making in makings(world, Organizations(world.call(World.home))) {
                let red = try await making.make("red")
                let blue = try await making.make("blue")
                let authorizer = Authorizer(world.call(by: user))
                let action = "\(red.service):Anything"
                #expect(try await authorizer.allows(action, on: .named(red)), "\(making.name)")
                #expect(try await !authorizer.allows(action, on: .named(blue)), "\(making.name)")
            }
        }
    }
}
