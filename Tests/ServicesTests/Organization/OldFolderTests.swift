import Domain
import Metadata
import Services
import TestSupport
import Testing

/// Accounts of before there was an organization.
@Suite struct OldFolderTests {
    private static let other: AccountID = known("210987654321")

    private func prepare(_ world: World, _ account: String? = nil) async throws -> RootAccount {
        try await RootAccount.prepare(
            in: world.deployment.secrets,
            folder: world.folder,
            override: RootAccount.Override(environment: account.map { ["FERRY_ROOT_ACCOUNT_ID": $0] } ?? [:]),
            clock: world.clock.wallClock
        )
    }

    @Test func theAccountOfAnOlderFolderManagesTheOthers() async throws {
        try await World.run { world in
            try await world.deployment.directory.write { [now = world.clock.now] in
                try DirectoryTable($0).insertAccount(World.account, at: now)
            }
            #expect(try await prepare(world).account == World.account)
            let organizations = Organizations(world.call(World.home))
            let account = try await organizations.account(World.account).account
            #expect(account.status == .active && account.name == "Management account")
        }
    }

    @Test func aDirectoryThatWasMadeAnewAsksWhichAccountManagesTheOthers() async throws {
        try await World.run { world in
            try await world.deployment.directory.write { [now = world.clock.now] in
                for account in [Self.other, World.account] { try DirectoryTable($0).insertAccount(account, at: now) }
            }
            await #expect(throws: RootAccountError.self) { _ = try await prepare(world) }
            #expect(try await prepare(world, World.account.rawValue).account == World.account)
            // Known from now on, whatever is named.
            #expect(try await prepare(world).account == World.account)
            await #expect(throws: RootAccountError.self) { _ = try await prepare(world, Self.other.rawValue) }
            let organizations = Organizations(world.call(World.home))
            let stray = try await organizations.account(Self.other).account
            #expect(stray.email == "\(Self.other)@ferry.invalid")
            let attached = try await organizations.policies(attachedTo: Self.other.rawValue)
            #expect(attached == [.fullAccess])
        }
    }
}
