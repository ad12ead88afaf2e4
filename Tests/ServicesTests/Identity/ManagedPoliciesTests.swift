import Domain
import Metadata
import Services
import Testing

@Suite struct ManagedPoliciesTests {
    @Test func whatIsAnotherAccountsIsNotFound() async throws {
        try await World.runWithAccounts { world in
            let theirs = try await world.policy("things", by: World.other)
            try await world.role("r")
            await expectFault(.noSuchEntity) { _ = try await world.managedPolicies().describe(theirs) }
            await expectFault(.noSuchEntity) { _ = try await world.managedPolicies().version("v1", of: theirs) }
            await expectFault(.noSuchEntity) { try await world.managedPolicies().delete(theirs) }
            await expectFault(.noSuchEntity) {
                _ = try await world.managedPolicies().entities(of: theirs, kinds: [.role], usage: nil, pathPrefix: "/", IAMPageRequest())
            }
            let fault = await expectFault(.noSuchEntity) { try await world.attachments().attach(theirs, to: .role, "r") }
            #expect(fault?.message == "Policy \(theirs) does not exist or is not attachable.")
            await expectFault(.noSuchEntity) { try await world.attachments().setBoundary(of: .role, "r", to: theirs) }
            #expect(try await world.managedPolicies().list(.local, IAMPageRequest()).elements.isEmpty)
        }
    }

    @Test func whatAWSManagesNobodyChanges() async throws {
        try await World.runWithAccounts { world in
            let arn = "arn:aws:iam::aws:policy/AdministratorAccess"
            #expect(try await world.managedPolicies().describe(arn).arn.name == "AdministratorAccess")
            let version = try await world.managedPolicies().version("v1", of: arn)
            #expect(version.isDefault)
            for change in [
                { try await world.managedPolicies().delete(arn) },
                { _ = try await world.managedPolicies().createVersion(of: arn, document: World.policy(), isDefault: true) },
                { try await world.managedPolicies().tag(arn, with: [Tag(key: "a", value: "b")]) },
            ] as [() async throws -> Void] {
                await expectFault(.accessDenied, change)
            }
        }
    }

    @Test func fiveVersionsAreKeptAndNumbersAreGivenOnce() async throws {
        try await World.runWithAccounts { world in
            let policies = world.managedPolicies()
            let arn = try await world.policy("things")
            for number in 2...5 {
                let version = try await policies.createVersion(of: arn, document: World.policy("s3:Get\(number)"), isDefault: number == 3)
                #expect(version.id == "v\(number)" && version.isDefault == (number == 3))
            }
            await expectFault(.limitExceeded) { _ = try await policies.createVersion(of: arn, document: World.policy(), isDefault: false) }
            await expectFault(.deleteConflict) { try await policies.deleteVersion("v3", of: arn) }
            await expectFault(.deleteConflict) { try await policies.delete(arn) }
            try await policies.deleteVersion("v5", of: arn)
            #expect(try await policies.createVersion(of: arn, document: World.policy(), isDefault: false).id == "v6")
            let listed = try await policies.versions(of: arn, IAMPageRequest()).elements
            #expect(listed.map(\.id) == ["v6", "v4", "v3", "v2", "v1"])
            #expect(listed.filter(\.isDefault).map(\.id) == ["v3"])
            for id in ["v7", "v5", "v99999999999999999999", "v1.2"] {
                await expectFault(.noSuchEntity) { _ = try await policies.version(id, of: arn) }
                await expectFault(.noSuchEntity) { try await policies.setDefaultVersion(id, of: arn) }
            }
        }
    }

    @Test func listsTellTheUsesAndPage() async throws {
        try await World.runWithAccounts { world in
            let arns = try await ["Alpha", "beta", "gamma"].asyncMap { try await world.policy($0, path: $0 == "gamma" ? "/team/" : "/") }
            for role in ["r", "s"] {
                try await world.role(role)
                try await world.attachments().attach(arns[0], to: .role, role)
            }
            try await world.attachments().setBoundary(of: .role, "r", to: arns[1])
            try await world.attachments().attach("arn:aws:iam::aws:policy/ReadOnlyAccess", to: .role, "r")
            // Another account's uses do not count.
            try await world.role("r", by: World.other)
            try await world.attachments(by: World.other).attach("arn:aws:iam::aws:policy/ReadOnlyAccess", to: .role, "r")

            func names(_ scope: ManagedPolicies.Scope, prefix: String = "/", isUsed: Bool = false, usage: ManagedPolicies.Usage? = nil)
                async throws
                -> [String]
            {
                var (found, marker): ([String], String?) = ([], nil)
                repeat {
                    let page = IAMPageRequest(maxItems: 2, marker: marker)
                    let policies = try await world.managedPolicies().list(scope, pathPrefix: prefix, isUsed: isUsed, usage: usage, page)
                    found += policies.elements.map { "\($0.arn.name) \($0.attachments) \($0.boundaries)" }
                    marker = policies.nextToken
                } while marker != nil
                return found
            }
            #expect(try await names(.local) == ["Alpha 2 0", "beta 0 1", "gamma 0 0"])
            #expect(try await names(.local, prefix: "/team/") == ["gamma 0 0"])
            #expect(try await names(.all, isUsed: true) == ["Alpha 2 0", "ReadOnlyAccess 1 0"])
            #expect(try await names(.all, usage: .boundary) == ["beta 0 1"])
            #expect(try await names(.aws).count == AWSManagedPolicy.all.count)
            #expect(try await names(.all).count == AWSManagedPolicy.all.count + 3)
        }
    }

    @Test func entitiesAreListedOnceEachByHowTheyUseAPolicy() async throws {
        try await World.runWithAccounts { world in
            let arn = try await world.policy("things")
            for role in ["a", "b", "c", "d"] { try await world.role(role) }
            for role in ["a", "b", "c"] { try await world.attachments().attach(arn, to: .role, role) }
            for role in ["c", "d"] { try await world.attachments().setBoundary(of: .role, role, to: arn) }

            func names(_ usage: ManagedPolicies.Usage?, _ kinds: [IAMIdentity.Kind] = [.user, .group, .role]) async throws -> [String] {
                var (found, marker): ([String], String?) = ([], nil)
                repeat {
                    let page = IAMPageRequest(maxItems: 1, marker: marker)
                    let entities = try await world.managedPolicies().entities(of: arn, kinds: kinds, usage: usage, pathPrefix: "/", page)
                    found += entities.elements.map(\.name)
                    marker = entities.nextToken
                } while marker != nil
                return found.sorted()
            }
            #expect(try await names(nil) == ["a", "b", "c", "d"])
            #expect(try await names(.attachment) == ["a", "b", "c"])
            #expect(try await names(.boundary) == ["c", "d"])
            #expect(try await names(nil, [.user]) == [])
            await expectFault(.deleteConflict) { try await world.managedPolicies().delete(arn) }
        }
    }

    @Test func quotasOfAnIdentityHold() async throws {
        try await World.runWithAccounts { world in
            try await world.role("r")
            let arns = try await (0...10).asyncMap { try await world.policy("p\($0)") }
            for arn in arns.prefix(10) { try await world.attachments().attach(arn, to: .role, "r") }
            // Again is nothing new.
            try await world.attachments().attach(arns[0], to: .role, "r")
            let fault = await expectFault(.limitExceeded) { try await world.attachments().attach(arns[10], to: .role, "r") }
            #expect(fault?.message == "Cannot exceed quota for PoliciesPerRole: 10")
            let attached = try await world.attachments().list(of: .role, "r", pathPrefix: nil, IAMPageRequest()).elements
            #expect(Set(attached.map { $0.text(in: "aws") }) == Set(arns.prefix(10)))
            await expectFault(.noSuchEntity) { try await world.attachments().detach(arns[10], from: .role, "r") }

            // 10,240 characters in all, white space left out.
            let half = World.policy(String(repeating: "a", count: 5_000) + ":b").replacing(" ", with: "        ")
            for name in ["one", "two"] { try await world.inlinePolicies().put(InlinePolicy(name: name, document: half), into: .role, "r") }
            let third = InlinePolicy(name: "three", document: World.policy(String(repeating: "a", count: 200) + ":b"))
            let tooLong = await expectFault(.limitExceeded) { try await world.inlinePolicies().put(third, into: .role, "r") }
            #expect(tooLong?.message == "Maximum policy size of 10240 bytes exceeded for role r")
            // One that takes another's place is not counted beside it.
            try await world.inlinePolicies().put(InlinePolicy(name: "two", document: half), into: .role, "r")
            #expect(try await world.inlinePolicies().list(of: .role, "r", IAMPageRequest()).elements == ["one", "two"])
            #expect(try await world.inlinePolicies().get("one", of: .role, "r").policy.document == half)
        }
    }
}

extension Sequence {
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
