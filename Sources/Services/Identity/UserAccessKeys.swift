import Domain
import Metadata

/// The access keys of users, and of the root user, as IAM manages them.
package struct UserAccessKeys: Sendable {
    private let call: Call

    package init(_ call: Call) { self.call = call }

    /// A new key, with its secret: nobody is told it again.
    ///
    /// - Parameter userName: the caller when nil, as in all of these.
    /// - Throws: `Fault` `LimitExceeded` for a third one.
    package func create(for userName: String?) async throws -> (user: IAMSubject, key: AccessKey, secret: String) {
        let call = call
        let (id, secret) = (AccessKey.randomID(), DirectorySecrets.newSecret())
        let sealed = try call.deployment.secrets.sealed(secret, of: id)
        return try await call.changeIAM { transaction in
            let user = try IAMSubject.find(userName, for: call.principal, in: transaction)
            let key = AccessKey(id: id, account: call.account, userID: user.userID, createdAt: call.now)
            try AccessKeyTable(transaction).insert(key, sealed: sealed)
            return (user, key, secret)
        }
    }

    /// Never more than two, so there is never a second page.
    package func list(of userName: String?) async throws -> (user: IAMSubject, keys: [AccessKey]) {
        let caller = call.principal
        return try await call.readIAM { transaction in
            let user = try IAMSubject.find(userName, for: caller, in: transaction)
            return (user, try AccessKeyTable(transaction).keys(of: user.userID, in: caller.account))
        }
    }

    package func set(_ status: AccessKey.Status, of id: String, of userName: String?) async throws {
        try await change(id, of: userName) { try $0.set(status, of: id) }
    }

    package func delete(_ id: String, of userName: String?) async throws {
        try await change(id, of: userName) { try $0.delete(id) }
    }

    /// Whose key it is, and where it was last used.
    ///
    /// - Throws: `Fault` `NoSuchEntity`, also for another account's.
    package func lastUse(of id: String) async throws -> (user: IAMSubject, use: AccessKey.Use?) {
        let account = call.account
        return try await call.readIAM { transaction in
            guard let key = try AccessKeyTable(transaction).find(id, in: account) else { throw Self.notFound(id) }
            let user = try key.userID.flatMap { try IAMIdentityTable(transaction).find(id: $0) }
            return (user.map(IAMSubject.user) ?? .rootUser, key.lastUse)
        }
    }

    private func change(_ id: String, of userName: String?, _ body: @escaping @Sendable (AccessKeyTable) throws -> Void) async throws {
        let caller = call.principal
        try await call.changeIAM { transaction in
            let user = try IAMSubject.find(userName, for: caller, in: transaction)
            let table = AccessKeyTable(transaction)
            guard let key = try table.find(id, in: caller.account), key.userID == user.userID else { throw Self.notFound(id) }
            try body(table)
        }
    }

    private static func notFound(_ id: String) -> Fault { Fault(.noSuchEntity, "The Access Key with id \(id) cannot be found.") }
}
