import Domain
import Metadata

/// What IAM keeps of the caller's account as a whole.
package struct AccountSettings: Sendable {
    private let call: Call

    package init(_ call: Call) { self.call = call }

    package func alias() async throws -> String? {
        let account = call.account
        return try await call.readIAM { try IAMAccountTable($0).alias(of: account) }
    }

    /// Takes the place of the alias that the account had.
    ///
    /// - Throws: `Fault` `EntityAlreadyExists`.
    package func setAlias(_ alias: String) async throws {
        let account = call.account
        try await call.changeIAM { try IAMAccountTable($0).setAlias(alias, of: account) }
    }

    package func deleteAlias(_ alias: String) async throws {
        let account = call.account
        try await call.changeIAM { transaction in
            guard try IAMAccountTable(transaction).deleteAlias(alias, of: account) else {
                throw Fault(.noSuchEntity, "The Account Alias \(alias) cannot be found.")
            }
        }
    }

    /// - Throws: `Fault` `NoSuchEntity` where the account has set none.
    package func passwordPolicy() async throws -> PasswordPolicy {
        let account = call.account
        guard let policy = try await call.readIAM({ try IAMAccountTable($0).passwordPolicy(of: account) }) else { throw noPasswordPolicy }
        return policy
    }

    /// Takes the place of the policy that there was, as a whole. The passwords that there are stay.
    package func setPasswordPolicy(_ policy: PasswordPolicy) async throws {
        let account = call.account
        try await call.changeIAM { try IAMAccountTable($0).setPasswordPolicy(policy, of: account) }
    }

    package func deletePasswordPolicy() async throws {
        let (account, missing) = (call.account, noPasswordPolicy)
        try await call.changeIAM { guard try IAMAccountTable($0).deletePasswordPolicy(of: account) else { throw missing } }
    }

    package func counts() async throws -> IAMCounts {
        let account = call.account
        return try await call.readIAM { try IAMAccountTable($0).counts(of: account) }
    }

    private var noPasswordPolicy: Fault {
        Fault(.noSuchEntity, "The Password Policy with domain name \(call.account) cannot be found.")
    }
}
