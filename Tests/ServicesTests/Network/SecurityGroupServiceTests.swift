import Domain
import Metadata
import Services
import Testing

@Suite struct SecurityGroupServiceTests {
    private func groups(_ world: World, by account: AccountID = World.account) -> SecurityGroups {
        SecurityGroups(world.call(World.home, by: account))
    }

    private func make(_ name: String, in world: World) async throws -> SecurityGroup {
        try await groups(world).create(name, description: "text", vpc: nil, tags: [])
    }

    private func permission(_ port: Int, _ block: String = "0.0.0.0/0", isIPv6: Bool = false) -> AskedPermission {
        AskedPermission(protocol: "tcp", from: port, to: port, peers: [(.block(block, isIPv6: isIPv6), nil)])
    }

    @Test func whoeverLooksFirstFindsOneDefaultGroup() async throws {
        try await World.run { world in
            let found = try await withThrowingTaskGroup(of: [SecurityGroup].self) { tasks in
                for number in 0..<16 {
                    tasks.addTask {
                        if number.isMultiple(of: 2) { return try await groups(world).ofInterface() }
                        return try await groups(world).describe(SecurityGroups.Query()).elements
                    }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            let network = world.call(World.home).network
            for answer in found { #expect(answer == found[0] && answer.map(\.id) == [network.securityGroup]) }
            let fault = await expectFault(.cannotDelete) { _ = try await groups(world).delete(.name("default")) }
            #expect(fault?.message == #"the specified group: "\#(network.securityGroup)" name: "default" cannot be deleted by a user"#)
            // Every Region and account has its own.
            #expect(try await SecurityGroups(world.call(World.away)).ofInterface().map(\.id) != [network.securityGroup])
            #expect(try await groups(world, by: World.stranger).ofInterface().map(\.id) != [network.securityGroup])
        }
    }

    @Test func aLaunchNamesGroupsOrGetsTheDefaultOne() async throws {
        try await World.run { world in
            let (web, data) = (try await make("web", in: world), try await make("data", in: world))
            let launches = groups(world)
            #expect(try await launches.ofInterface().map(\.name) == ["default"])
            #expect(
                try await launches.ofInterface(ids: [web.id.rawValue, data.id.rawValue, web.id.rawValue]).map(\.id) == [web.id, data.id]
            )
            #expect(try await launches.ofInterface(names: ["data", "default"]).map(\.name) == ["data", "default"])
            await expectFault(.invalidGroupNotFound) { _ = try await launches.ofInterface(names: ["none"]) }
            await expectFault(.invalidGroupNotFound) { _ = try await launches.ofInterface(ids: ["sg-0ffffffffffffffff"]) }
            await expectFault(.invalidGroupIDMalformed) { _ = try await launches.ofInterface(ids: ["web"]) }
            await expectFault(.invalidParameterCombination) { _ = try await launches.ofInterface(ids: [web.id.rawValue], names: ["data"]) }
            await expectFault(.invalidGroupNotFound) {
                _ = try await groups(world, by: World.stranger).ofInterface(ids: [web.id.rawValue])
            }
        }
    }

    @Test func fiveGroupsToAnInterfaceAndSixteenAtMost() async throws {
        try await World.run { world in
            var names: [String] = []
            for number in 0..<17 { names.append(try await make("group \(number)", in: world).name) }
            let launches = groups(world)
            #expect(try await launches.ofInterface(names: Array(names.prefix(5))).count == 5)
            await expectFault(.groupsPerInterfaceLimitExceeded) { _ = try await launches.ofInterface(names: Array(names.prefix(6))) }
            try await world.grant(16, of: .groupsOfInterface)
            #expect(try await launches.ofInterface(names: Array(names.prefix(16))).count == 16)
            await expectFault(.groupsPerInterfaceLimitExceeded) { _ = try await launches.ofInterface(names: names) }
        }
    }

    @Test func groupsHaveRoomOrAreNotMade() async throws {
        try await World.run { world in
            try await world.grant(2, of: .securityGroups)
            let first = try await make("first", in: world)
            // The default one counts.
            await expectFault(.securityGroupLimitExceeded) { _ = try await make("second", in: world) }
            _ = try await groups(world).delete(.id(first.id.rawValue))
            _ = try await make("second", in: world)
        }
    }

    @Test func rulesHaveRoomOrAreNotMade() async throws {
        try await World.run { world in
            try await world.grant(2, of: .rulesOfGroup)
            let group = SecurityGroupReference.id(try await make("web", in: world).id.rawValue)
            let groups = groups(world)
            _ = try await groups.authorize([permission(1), permission(2)], isEgress: false, of: group, tags: [])
            _ = try await groups.authorize([permission(1, "::/0", isIPv6: true)], isEgress: false, of: group, tags: [])
            let others = AskedPermission(protocol: "-1", from: nil, to: nil, peers: [(.group(.name("default")), nil)])
            for more in [[permission(3)], [others], [permission(2, "::/0", isIPv6: true), permission(3, "::/0", isIPv6: true)]] {
                await expectFault(.rulesPerGroupLimitExceeded) {
                    _ = try await groups.authorize(more, isEgress: false, of: group, tags: [])
                }
            }
            // Outwards it has one already.
            _ = try await groups.authorize([permission(1)], isEgress: true, of: group, tags: [])
            await expectFault(.rulesPerGroupLimitExceeded) {
                _ = try await groups.authorize([permission(2)], isEgress: true, of: group, tags: [])
            }
            let rules = try await groups.describeRules([], filters: [Filter(name: "group-id", values: ["*"])], page: PageRequest()).elements
            #expect(rules.count == 2 + 5)
        }
    }

    /// Of calls that add the same rule at once, one does.
    @Test func concurrentCallsMakeARuleOnce() async throws {
        try await World.run { world in
            let group = SecurityGroupReference.id(try await make("web", in: world).id.rawValue)
            let outcomes = await withTaskGroup(of: Bool.self) { tasks in
                for _ in 0..<8 {
                    tasks.addTask { (try? await groups(world).authorize([permission(22)], isEgress: false, of: group, tags: [])) != nil }
                }
                return await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count(where: { $0 }) == 1)
        }
    }
}

@Suite struct KeyPairServiceTests {
    private func expectKeys(_ names: [String], in world: World) async throws {
        let found = try await KeyPairs(world.call(World.home)).describe(names: [], ids: [], filters: [])
        #expect(found.map(\.name) == names)
    }

    @Test func keysHaveRoomOrAreNotMade() async throws {
        try await World.run { world in
            try await world.grant(1, of: .keyPairs)
            let keys = KeyPairs(world.call(World.home))
            let made = try await keys.create("one", .ed25519, tags: [Tag(key: "a", value: "b")])
            #expect(made.pair.createdAt == world.call(World.home).now && made.privateKey.contains("OPENSSH PRIVATE KEY"))
            let line = Array(made.pair.authorizedKey.utf8)
            await expectFault(.resourceLimitExceeded) { _ = try await keys.create("two", .ed25519, tags: []) }
            await expectFault(.resourceLimitExceeded) { _ = try await keys.import("two", line, tags: []) }
            await expectFault(.invalidKeyPairDuplicate) { _ = try await keys.create("one", .rsa, tags: []) }
            await expectFault(.invalidKeyFormat) { _ = try await keys.import("two", Array("ssh-rsa".utf8), tags: []) }
            try await expectKeys(["one"], in: world)
            // What a launch looks up.
            let found = try await world.store(World.home).database.read { try KeyPairTable($0).keyPair(named: "one", of: World.account) }
            #expect(found == made.pair)
            // A name and an id that are not of one key delete nothing.
            #expect(try await keys.delete(named: "two", id: made.pair.id.rawValue) == nil)
            #expect(try await keys.delete(named: "one", id: made.pair.id.rawValue) == made.pair.id)
            _ = try await keys.import("two", line, tags: [])
            try await expectKeys(["two"], in: world)
        }
    }
}
