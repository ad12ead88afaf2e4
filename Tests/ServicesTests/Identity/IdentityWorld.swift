import Domain
import Metadata
import Services
import TestSupport

/// What tests of IAM's use cases begin with.
extension World {
    static let other: AccountID = known("999988887777")

    static let trust =
        #"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}}"#

    /// Runs a test in a world whose accounts have their rows, as they have from the first start of a server on.
    static func runWithAccounts(_ body: (World) async throws -> Void) async throws {
        try await run { world in
            let now = world.clock.now
            try await world.deployment.directory.write { transaction in
                for account in [account, other] { try DirectoryTable(transaction).insertAccount(account, at: now) }
            }
            try await body(world)
        }
    }

    /// A policy that allows one action.
    static func policy(_ action: String = "s3:GetObject", effect: String = "Allow") -> String {
        #"{"Version": "2012-10-17", "Statement": [{"Effect": "\#(effect)", "Action": "\#(action)", "Resource": "*"}]}"#
    }

    func roles(by account: AccountID = World.account) -> Roles { Roles(call(World.home, by: account)) }
    func profiles(by account: AccountID = World.account) -> InstanceProfiles { InstanceProfiles(call(World.home, by: account)) }
    func managedPolicies(by account: AccountID = World.account) -> ManagedPolicies { ManagedPolicies(call(World.home, by: account)) }
    func attachments(by account: AccountID = World.account) -> PolicyAttachments { PolicyAttachments(call(World.home, by: account)) }
    func inlinePolicies(by account: AccountID = World.account) -> InlinePolicies { InlinePolicies(call(World.home, by: account)) }
    func identities(by account: AccountID = World.account) -> IAMIdentities { IAMIdentities(call(World.home, by: account)) }

    @discardableResult
    func role(_ name: String, by account: AccountID = World.account) async throws -> IAMIdentity {
        try await roles(by: account).create(Roles.Request(name: name, trust: World.trust))
    }

    /// Makes a policy and answers its ARN.
    func policy(_ name: String, _ document: String = World.policy(), path: String = "/", by account: AccountID = World.account) async throws
        -> String
    {
        let policies = managedPolicies(by: account)
        return try await policies.create(name, path: path, document: document, description: "", tags: []).arn.text(in: "aws")
    }

    /// The number that moves with every change of what is decided by.
    func iamVersion() async throws -> Int64 { try await deployment.directory.read { try IAMVersionTable($0).version() } }
}
