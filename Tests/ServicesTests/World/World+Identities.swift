import Domain
import Metadata
import Services
import TestSupport

extension World {
    static let stranger: AccountID = known("999999999999")

    /// Runs a test in a world whose two accounts have their rows.
    static func withAccounts(_ body: (World) async throws -> Void) async throws {
        try await run { world in
            try await world.deployment.directory.write { [clock = world.clock] transaction in
                for account in [World.account, stranger] { try DirectoryTable(transaction).insertAccount(account, at: clock.now) }
            }
            try await body(world)
        }
    }

    /// A call that a user has signed.
    func call(by user: IAMIdentity) -> Call {
        let name = Principal.UserName(id: user.id, path: user.path, name: user.name)
        let principal = Principal(account: user.account, accessKeyID: "AKIAIOSFODNN7EXAMPLE", kind: .user(name))
        return Call(principal: principal, store: store(World.home), deployment: deployment, host: "localhost")
    }
}
