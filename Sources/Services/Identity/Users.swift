import Domain
import Foundation
import Metadata

/// The users of the caller's account.
package struct Users: Sendable {
    /// How many groups a user may be in (IAM quotas).
    package static let groupsMax = Quota.groupsOfUser.standard

    private let call: Call

    package init(_ call: Call) { self.call = call }

    /// - Throws: `Fault` `EntityAlreadyExists`, `LimitExceeded`, `InvalidInput` of tags.
    package func create(_ name: String, path: String, boundary: String? = nil, tags: [Tag] = []) async throws -> IAMIdentity {
        let call = call
        return try await call.changeIAM { transaction in
            let boundary = try boundary.map { try ManagedPolicies.requireAttachable($0, by: call, in: transaction) }
            let user = IAMIdentity(
                id: IAMIdentity.randomID(of: .user),
                account: call.account,
                kind: .user,
                name: name,
                path: path,
                boundary: boundary?.rawValue,
                createdAt: call.now
            )
            try IAMIdentityTable(transaction).insert(user)
            try IAMTagTable(transaction).set(tags, on: user.id)
            return user
        }
    }

    /// A user as GetUser tells it.
    package struct Description: Sendable {
        package let subject: IAMSubject
        package let tags: [Tag]
        package let passwordUsedAt: Date?
        /// Of the account, for its root user.
        package let createdAt: Date
    }

    /// - Parameter name: the caller when nil.
    package func describe(_ name: String?) async throws -> Description {
        let (caller, now) = (call.principal, call.now)
        return try await call.readIAM { transaction in
            let subject = try IAMSubject.find(name, for: caller, in: transaction)
            guard case .user(let user) = subject else {
                let createdAt = try IAMAccountTable(transaction).createdAt(caller.account) ?? now
                return Description(subject: subject, tags: [], passwordUsedAt: nil, createdAt: createdAt)
            }
            return Description(
                subject: subject,
                tags: try IAMTagTable(transaction).tags(of: user.id),
                passwordUsedAt: try IAMPasswordTable(transaction).profile(of: user.id)?.usedAt,
                createdAt: user.createdAt
            )
        }
    }

    /// Gives the user another name, another path, or both. All that hangs on it stays.
    package func update(_ name: String, newName: String?, newPath: String?) async throws {
        try await IAMIdentities(call).change(.user, name) { user, transaction in
            var user = user
            user.name = newName ?? user.name
            user.path = newPath ?? user.path
            try IAMIdentityTable(transaction).update(user)
        }
    }

    /// - Throws: `Fault` `DeleteConflict` while anything hangs on the user.
    package func delete(_ name: String) async throws {
        try await IAMIdentities(call).change(.user, name) { user, transaction in
            try IAMHoldings(transaction).requireNone(of: user)
            try IAMPasswordTable(transaction).forget(user.id)
            try IAMIdentityTable(transaction).delete(user)
        }
    }

    package func groups(of name: String, _ page: IAMPageRequest) async throws -> Page<IAMIdentity> {
        let id = try await IAMIdentities(call).find(.user, name).id
        return try await page.page(of: "groups/\(id)", in: call, place: IAMIdentityTable.place) { after, limit in
            try await call.readIAM { try IAMMemberTable($0).groups(of: id, after: after, limit: limit) }
        }
    }
}
