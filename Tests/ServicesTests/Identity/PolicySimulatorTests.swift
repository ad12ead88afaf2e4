import Domain
import Services
import Testing

@Suite struct PolicySimulatorTests {
    private static func request(_ actions: [String], _ policies: [String] = []) -> PolicySimulator.Request {
        var request = PolicySimulator.Request(actions: actions)
        request.policies = policies
        return request
    }

    private static func decisions(_ page: Page<PolicySimulator.Outcome>) -> [String] {
        page.elements.map { "\($0.action) \($0.resource) \($0.simulation.decision.rawValue)" }
    }

    @Test func eachActionIsAskedAboutOnEachResource() async throws {
        try await World.runWithAccounts { world in
            let simulation = PolicySimulator(world.call(World.home))
            var request = Self.request(["s3:GetObject", "s3:PutObject"], [World.policy("s3:Get*")])
            request.resources = ["arn:aws:s3:::a/b", "arn:aws:s3:::c/d"]
            let all = [
                "s3:GetObject arn:aws:s3:::a/b allowed", "s3:GetObject arn:aws:s3:::c/d allowed",
                "s3:PutObject arn:aws:s3:::a/b implicitDeny",
                "s3:PutObject arn:aws:s3:::c/d implicitDeny",
            ]
            #expect(Self.decisions(try await simulation.run(request, IAMPageRequest())) == all)
            var (found, marker): ([String], String?) = ([], nil)
            repeat {
                let page = try await simulation.run(request, IAMPageRequest(maxItems: 3, marker: marker))
                found += Self.decisions(page)
                marker = page.nextToken
            } while marker != nil
            #expect(found == all)
        }
    }

    /// The root user asks, and is not the one who is asked about.
    @Test func thePoliciesOfAnIdentityDecideWithWhatIsGiven() async throws {
        try await World.runWithAccounts { world in
            try await world.role("r")
            try await world.attachments().attach("arn:aws:iam::aws:policy/AmazonS3FullAccess", to: .role, "r")
            let bound = try await world.policy("bound", World.policy("s3:Get*"))
            try await world.attachments().setBoundary(of: .role, "r", to: bound)
            let simulation = PolicySimulator(world.call(World.home))
            let arn = "arn:aws:iam::123456789012:role/r"
            let actions = ["s3:GetObject", "s3:PutObject", "ec2:CopyImage"]
            let outcomes = try await simulation.run(Self.request(actions), of: arn, IAMPageRequest())
            #expect(Self.decisions(outcomes) == ["s3:GetObject * allowed", "s3:PutObject * implicitDeny", "ec2:CopyImage * implicitDeny"])
            #expect(outcomes.elements.map(\.simulation.isAllowedByBoundary) == [true, false, false])
            #expect(
                outcomes.elements[0].matches.map { "\($0.policy) \($0.source)" } == [
                    "arn:aws:iam::aws:policy/AmazonS3FullAccess aws-managed"
                ]
            )
            let denied = try await simulation.run(Self.request(actions, [World.policy("s3:*", effect: "Deny")]), of: arn, IAMPageRequest())
            #expect(denied.elements.map(\.simulation.decision) == [.explicitDeny, .explicitDeny, .implicitDeny])
            await expectFault(.noSuchEntity) { _ = try await simulation.run(Self.request(actions), of: arn + "x", IAMPageRequest()) }
            await expectFault(.invalidInput) {
                _ = try await simulation.run(Self.request(actions), of: "arn:aws:iam::123456789012:root", IAMPageRequest())
            }
            await expectFault(.invalidInput) { _ = try await simulation.run(Self.request(actions, ["{"]), IAMPageRequest()) }
        }
    }

    @Test func conditionsAskForWhatTheRequestSays() async throws {
        try await World.runWithAccounts { world in
            let simulation = PolicySimulator(world.call(World.home))
            let policy = World.policy().replacing(
                #""Resource""#,
                with: #""Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, "Resource""#
            )
            var request = Self.request(["s3:GetObject"], [policy])
            let without = try await simulation.run(request, IAMPageRequest()).elements
            #expect(without.map(\.simulation.decision) == [.implicitDeny] && without[0].simulation.missingKeys == ["aws:SourceIp"])
            request.context = ["aws:sourceip": ["192.0.2.7"]]
            let with = try await simulation.run(request, IAMPageRequest()).elements
            #expect(with.map(\.simulation.decision) == [.allowed] && with[0].simulation.missingKeys.isEmpty)
        }
    }

    @Test func thePolicyOfAResourceLetsItsCallerIn() async throws {
        try await World.runWithAccounts { world in
            let simulation = PolicySimulator(world.call(World.home))
            var request = Self.request(["s3:GetObject"])
            func decisions(of request: PolicySimulator.Request) async throws -> [PolicySimulation.Decision] {
                let page = try await simulation.run(request, IAMPageRequest())
                return page.elements.map(\.simulation.decision)
            }
            request.resources = ["arn:aws:s3:::b/k"]
            request.resourcePolicy = """
                {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:user/ann"},
                "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}}
                """
            await expectFault(.invalidInput) { _ = try await simulation.run(request, IAMPageRequest()) }
            request.caller = "arn:aws:iam::123456789012:user/ann"
            let own = try await decisions(of: request)
            #expect(own == [.allowed])
            // In another account's bucket both accounts must agree.
            request.resourceOwner = World.other.rawValue
            #expect(try await decisions(of: request) == [.implicitDeny])
            request.policies = [World.policy()]
            #expect(try await decisions(of: request) == [.allowed])
        }
    }
}
