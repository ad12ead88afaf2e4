import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

@Suite struct OrganizationsTests {
    /// A world whose root account is `World.account`, as the first start leaves it.
    static func run(_ body: (World, Organizations) async throws -> Void) async throws {
        try await World.run { world in
            try await world.foundOrganization()
            try await body(world, Organizations(world.call(World.home)))
        }
    }

    @Test func thereIsAnOrganizationFromTheFirstStart() async throws {
        try await Self.run { world, organizations in
            let (organization, email) = try await organizations.describe()
            #expect(organization.managementAccount == World.account)
            #expect(organization.id.wholeMatch(of: /o-[a-z0-9]{10}/) != nil)
            #expect(email == "\(World.account)@ferry.invalid")
            await expectFault(.alreadyInOrganization) { try await organizations.create() }
            // Another start finds it.
            try await world.foundOrganization()
            #expect(try await organizations.describe().organization == organization)
            let attached = try await organizations.policies(attachedTo: World.account.rawValue).map(\.id)
            #expect(attached == [OrganizationPolicy.fullAccess.id])
        }
    }

    @Test func aNewAccountIsAMemberOfTheRoot() async throws {
        try await Self.run { world, organizations in
            let request = try await organizations.createAccount(
                AccountCreation(name: "builds", email: "builds@example.com", tags: [Tag(key: "team", value: "ci")])
            )
            #expect(request.state == .succeeded)
            let id = try #require(request.account)
            #expect(try await organizations.request(request.id) == request)
            let placed = try await organizations.account(id)
            let organization = try await organizations.describe().organization
            #expect(placed.account.name == "builds" && placed.account.status == .active)
            #expect(placed.account.parent == organization.root)
            #expect(placed.path == "\(organization.id)/\(organization.root)/\(id)/")
            #expect(try await organizations.tags(of: id.rawValue) == [Tag(key: "team", value: "ci")])
            let memberships = try await world.deployment.directory.read { try OrganizationTable($0).memberships(of: id, in: "aws") }
            #expect(memberships.map(\.description) == ["arn:aws:organizations::\(World.account):organization/\(organization.id)"])
        }
    }

    @Test(arguments: [nil, "Keeper"]) func theManagementAccountIsTrustedByARole(name: String?) async throws {
        try await Self.run { world, organizations in
            let creation = AccountCreation(name: "builds", email: "builds@example.com", role: name)
            let id = try #require(try await organizations.createAccount(creation).account)
            let role = try await world.deployment.directory.read {
                try IAMIdentityTable($0).require(.role, name ?? "OrganizationAccountAccessRole", of: id)
            }
            let trust = try #require(role.trust)
            _ = try PolicyDocument.trust(parsing: trust)
            #expect(trust.contains("arn:aws:iam::\(World.account):root"))
            #expect(role.sessionSeconds == 3600)
        }
    }

    @Test func anAddressIsOfOneAccountOnly() async throws {
        try await Self.run { _, organizations in
            _ = try await organizations.createAccount(AccountCreation(name: "one", email: "a@example.com"))
            let again = try await organizations.createAccount(AccountCreation(name: "two", email: "A@Example.com"))
            #expect(again.state == .failed && again.failure == .emailAlreadyExists && again.account == nil)
            #expect(try await organizations.requests(in: [.failed], PageRequest(maxResults: 20, sizes: 1...20)).elements == [again])
            #expect(try await organizations.accounts(PageRequest(maxResults: 20, sizes: 1...20)).elements.count == 2)
        }
    }

    @Test func onlyTheManagementAccountSeesMoreThanTheOrganization() async throws {
        try await Self.run { world, organizations in
            let member = try await organizations.newAccount("member")
            let theirs = Organizations(world.call(World.home, by: member))
            #expect(try await theirs.describe().organization.managementAccount == World.account)
            await expectFault(.accessDeniedException) { _ = try await theirs.accounts(PageRequest()) }
            await expectFault(.accessDeniedException) { _ = try await theirs.account(member) }
            await expectFault(.accessDeniedException) { try await theirs.close(member) }
            await expectFault(.accessDeniedException) {
                _ = try await theirs.createAccount(AccountCreation(name: "x", email: "x@example.com"))
            }
            await expectFault(.accessDeniedException) {
                _ = try await RootAccessKeys(world.call(World.home, by: member)).create(for: member)
            }
        }
    }

    @Test func aClosedAccountSignsNoMore() async throws {
        try await Self.run { world, organizations in
            let member = try await organizations.newAccount("member")
            let key = try await RootAccessKeys(world.call(World.home)).create(for: member)
            let keys = world.deployment.accessKeys
            #expect(try await keys.find(key.id)?.principal.account == member)
            let before = try await world.iamVersion()
            try await organizations.close(member)
            #expect(try await world.iamVersion() > before)
            #expect(try await keys.find(key.id) == nil)
            #expect(try await organizations.account(member).account.status == .suspended)
            await expectFault(.accountAlreadyClosed) { try await organizations.close(member) }
            await expectFault(.accountAlreadyClosed) { _ = try await RootAccessKeys(world.call(World.home)).create(for: member) }
            await expectFault(.constraintViolation) { try await organizations.close(World.account) }
            let memberships = try await world.deployment.directory.read { try OrganizationTable($0).memberships(of: member, in: "aws") }
            #expect(memberships.isEmpty)
        }
    }

    @Test func aRootUserHasTwoKeysAtMost() async throws {
        try await Self.run { world, organizations in
            let member = try await organizations.newAccount("member")
            let keys = RootAccessKeys(world.call(World.home))
            let made = [try await keys.create(for: member), try await keys.create(for: member)]
            #expect(Set(made.map(\.secret)).count == 2)
            await expectFault(.limitExceeded) { _ = try await keys.create(for: member) }
        }
    }

    @Test func unitsFormATreeOfLimitedDepth() async throws {
        try await Self.run { world, organizations in
            let organization = try await organizations.describe().organization
            var (parent, path) = (organization.root, "\(organization.id)/\(organization.root)/")
            for depth in 1...OrganizationLimits.depth {
                let placed = try await organizations.createUnit("level \(depth)", under: parent, tags: [])
                path += "\(placed.unit.id)/"
                #expect(placed.path == path)
                parent = placed.unit.id
            }
            let deepest = parent
            await expectFault(.constraintViolation) { _ = try await organizations.createUnit("below", under: deepest, tags: []) }
            await expectFault(.duplicateOrganizationalUnit) {
                _ = try await organizations.createUnit("level 1", under: organization.root, tags: [])
            }
            let member = try await organizations.newAccount("member")
            try await organizations.move(member, from: organization.root, to: deepest)
            #expect(try await organizations.account(member).path == "\(path)\(member)/")
            let (memberships, principalPath) = try await world.deployment.directory.read {
                (try OrganizationTable($0).memberships(of: member, in: "aws"), try OrganizationTable($0).principalPath(of: member))
            }
            #expect(memberships.count == 1 + OrganizationLimits.depth)
            #expect(memberships.last?.resource == "ou/\(organization.id)/\(deepest)")
            #expect(principalPath == path)
            await expectFault(.organizationalUnitNotEmpty) { try await organizations.delete(unit: deepest) }
            await expectFault(.sourceParentNotFound) { try await organizations.move(member, from: organization.root, to: deepest) }
            await expectFault(.duplicateAccount) { try await organizations.move(member, from: deepest, to: deepest) }
            try await organizations.move(member, from: deepest, to: organization.root)
            try await organizations.delete(unit: deepest)
            await expectFault(.organizationalUnitNotFound) { _ = try await organizations.unit(deepest) }
        }
    }

    @Test func listingsPageWithoutReadingMoreThanTheyAnswer() async throws {
        try await Self.run { world, organizations in
            for number in 1...7 { _ = try await organizations.newAccount("number \(number)") }
            var ids: [AccountID] = []
            var token: String?
            repeat {
                let page = try await organizations.accounts(PageRequest(maxResults: 3, nextToken: token, sizes: 1...20))
                #expect(page.elements.count <= 3)
                ids += page.elements.map(\.account.id)
                token = page.nextToken
            } while token != nil
            #expect(ids.count == 8 && ids == ids.sorted { $0.rawValue < $1.rawValue } && Set(ids).count == 8)
            await expectFault(.invalidNextToken) {
                _ = try await organizations.accounts(PageRequest(maxResults: 3, nextToken: "AAAA", sizes: 1...20))
            }
        }
    }
}

extension World {
    /// What the first start does, with `account` as the root account.
    func foundOrganization() async throws {
        _ = try await RootAccount.prepare(
            in: deployment.secrets,
            folder: folder,
            override: RootAccount.Override(environment: ["FERRY_ROOT_ACCOUNT_ID": World.account.rawValue]),
            clock: clock.wallClock
        )
    }
}

extension Organizations {
    /// An account of this name.
    func newAccount(_ name: String) async throws -> AccountID {
        let email = "\(name.replacing(" ", with: "-"))@example.com"
        return try #require(try await createAccount(AccountCreation(name: name, email: email)).account)
    }
}
