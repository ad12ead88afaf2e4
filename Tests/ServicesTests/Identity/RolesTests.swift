import Domain
import Metadata
import Services
import Testing

@Suite struct RolesTests {
    @Test func namesAreOneWhateverTheirCapitalLetters() async throws {
        try await World.runWithAccounts { world in
            let role = try await world.role("Builder")
            let fault = await expectFault(.entityAlreadyExists) { try await world.role("bUILDER") }
            #expect(fault?.message == "Role with name bUILDER already exists.")
            #expect(try await world.identities().describe(.role, "BUILDER").identity == role)
            // Of another account it is another.
            #expect(try await world.role("Builder", by: World.other).id != role.id)
        }
    }

    @Test func aTrustPolicyIsReadBeforeItIsKept() async throws {
        try await World.runWithAccounts { world in
            await expectFault(.malformedIAMPolicy) { _ = try await world.roles().create(Roles.Request(name: "r", trust: World.policy())) }
            let long = World.trust.replacing(
                #""*""#,
                with: "[" + repeatElement(#""arn:aws:iam::123456789012:root""#, count: 70).joined(separator: ",") + "]"
            )
            let fault = await expectFault(.limitExceeded) { _ = try await world.roles().create(Roles.Request(name: "r", trust: long)) }
            #expect(fault?.message == "Cannot exceed quota for ACLSizePerRole: 2048")
            try await world.role("r")
            await expectFault(.malformedIAMPolicy) { try await world.roles().setTrust(of: "r", to: "{}") }
            #expect(try await world.identities().find(.role, "r").trust == World.trust)
        }
    }

    /// What hangs on a role must go first, and each refusal says what.
    @Test func aRoleGoesWhenNothingHangsOnIt() async throws {
        try await World.runWithAccounts { world in
            try await world.role("r")
            _ = try await world.profiles().create("p", path: "/", tags: [])
            try await world.profiles().add(role: "r", to: "p")
            let policy = try await world.policy("things")
            try await world.attachments().attach(policy, to: .role, "r")
            try await world.inlinePolicies().put(InlinePolicy(name: "own", document: World.policy()), into: .role, "r")

            func refusal() async -> String? { await expectFault(.deleteConflict) { try await world.roles().delete("r") }?.message }
            #expect(await refusal() == "Cannot delete entity, must remove roles from instance profile first.")
            await expectFault(.deleteConflict) { try await world.profiles().delete("p") }
            try await world.profiles().remove(role: "r", from: "p")
            #expect(await refusal() == "Cannot delete entity, must detach all policies first.")
            try await world.attachments().detach(policy, from: .role, "r")
            #expect(await refusal() == "Cannot delete entity, must delete policies first.")
            try await world.inlinePolicies().delete("own", of: .role, "r")
            try await world.roles().delete("r")
            await expectFault(.noSuchEntity) { _ = try await world.identities().find(.role, "r") }
            try await world.profiles().delete("p")
            try await world.managedPolicies().delete(policy)
        }
    }

    @Test func aProfileCarriesOneRole() async throws {
        try await World.runWithAccounts { world in
            for name in ["r", "s"] { try await world.role(name) }
            _ = try await world.profiles().create("p", path: "/", tags: [])
            try await world.profiles().add(role: "r", to: "p")
            let fault = await expectFault(.limitExceeded) { try await world.profiles().add(role: "s", to: "p") }
            #expect(fault?.message == "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
            #expect(try await world.profiles().describe("p").role?.name == "r")
            #expect(try await world.profiles().list(ofRole: "r", IAMPageRequest()).elements.map(\.identity.name) == ["p"])
            await expectFault(.noSuchEntity) { try await world.profiles().remove(role: "s", from: "p") }
        }
    }

    /// What is read of a page is what it answers, however long the documents are that it stops for.
    @Test func pagesAreWholeAndEndEarlyForLongDocuments() async throws {
        try await World.runWithAccounts { world in
            let padded = World.trust + String(repeating: " ", count: 100_000)
            let names = (10..<40).map { "role-\($0)" }
            for name in names { _ = try await world.roles().create(Roles.Request(name: name, trust: padded)) }
            var found: [[String]] = []
            var marker: String?
            repeat {
                let page = try await world.identities().list(.role, pathPrefix: nil, IAMPageRequest(maxItems: 1000, marker: marker))
                found.append(page.elements.map(\.name))
                marker = page.nextToken
            } while marker != nil
            #expect(found.flatMap(\.self) == names)
            #expect(found.count > 1 && found.allSatisfy { $0.count < 15 })
        }
    }

    /// Each change moves the number that what is kept is good for.
    @Test func everyChangeIsSeenByWhoeverKeepsPolicies() async throws {
        try await World.runWithAccounts { world in
            let policy = "arn:aws:iam::123456789012:policy/things"
            let document = World.policy()
            let changes: [(String, () async throws -> Void)] = [
                ("CreateRole", { try await world.role("r") }),
                ("UpdateAssumeRolePolicy", { try await world.roles().setTrust(of: "r", to: World.trust) }),
                ("CreatePolicy", { _ = try await world.policy("things") }),
                ("AttachRolePolicy", { try await world.attachments().attach(policy, to: .role, "r") }),
                (
                    "CreatePolicyVersion",
                    { _ = try await world.managedPolicies().createVersion(of: policy, document: document, isDefault: false) }
                ),
                ("SetDefaultPolicyVersion", { try await world.managedPolicies().setDefaultVersion("v2", of: policy) }),
                ("DeletePolicyVersion", { try await world.managedPolicies().deleteVersion("v1", of: policy) }),
                ("PutRolePermissionsBoundary", { try await world.attachments().setBoundary(of: .role, "r", to: policy) }),
                ("DeleteRolePermissionsBoundary", { try await world.attachments().setBoundary(of: .role, "r", to: nil) }),
                ("DetachRolePolicy", { try await world.attachments().detach(policy, from: .role, "r") }),
                (
                    "PutRolePolicy",
                    { try await world.inlinePolicies().put(InlinePolicy(name: "own", document: document), into: .role, "r") }
                ),
                ("DeleteRolePolicy", { try await world.inlinePolicies().delete("own", of: .role, "r") }),
                ("DeletePolicy", { try await world.managedPolicies().delete(policy) }),
                ("TagRole", { try await world.identities().tag(.role, "r", with: [Tag(key: "team", value: "a")]) }),
                ("DeleteRole", { try await world.roles().delete("r") }),
            ]
            for (name, change) in changes {
                let before = try await world.iamVersion()
                try await change()
                #expect(try await world.iamVersion() > before, "\(name)")
            }
        }
    }
}
