import Domain
import Metadata

/// The groups of the caller's account, and the users in them.
package struct Groups: Sendable {
    private let call: Call

    package init(_ call: Call) { self.call = call }

    /// - Throws: `Fault` `EntityAlreadyExists`, `LimitExceeded`.
    package func create(_ name: String, path: String) async throws -> IAMIdentity {
        let call = call
        return try await call.changeIAM { transaction in
            let group = IAMIdentity(
                id: IAMIdentity.randomID(of: .group),
                account: call.account,
                kind: .group,
                name: name,
                path: path,
                createdAt: call.now
            )
            try IAMIdentityTable(transaction).insert(group)
            return group
        }
    }

    /// The group and a page of its users.
    package func describe(_ name: String, _ page: IAMPageRequest) async throws -> (group: IAMIdentity, users: Page<IAMIdentity>) {
        let group = try await IAMIdentities(call).find(.group, name)
        let users = try await page.page(of: "users/\(group.id)", in: call, place: IAMIdentityTable.place) { after, limit in
            try await call.readIAM { try IAMMemberTable($0).users(of: group.id, after: after, limit: limit) }
        }
        return (group, users)
    }

    package func update(_ name: String, newName: String?, newPath: String?) async throws {
        try await IAMIdentities(call).change(.group, name) { group, transaction in
            var group = group
            group.name = newName ?? group.name
            group.path = newPath ?? group.path
            try IAMIdentityTable(transaction).update(group)
        }
    }

    /// - Throws: `Fault` `DeleteConflict` while it has users or policies.
    package func delete(_ name: String) async throws {
        try await IAMIdentities(call).change(.group, name) { group, transaction in
            try IAMHoldings(transaction).requireNone(of: group)
            try IAMIdentityTable(transaction).delete(group)
        }
    }

    /// Puts a user into a group. One that is in already stays.
    ///
    /// - Throws: `Fault` `LimitExceeded` when the user is in too many.
    package func add(_ user: String, to group: String) async throws {
        try await IAMIdentities(call).change(.group, group) { group, transaction in
            let user = try IAMIdentityTable(transaction).require(.user, user, of: group.account)
            let members = IAMMemberTable(transaction)
            try members.add(user.id, to: group.id)
            guard try members.groups(of: user.id, limit: Users.groupsMax + 1).count <= Users.groupsMax else {
                throw Fault.limitExceeded("GroupsPerUser", Users.groupsMax)
            }
        }
    }

    /// - Throws: `Fault` `NoSuchEntity`, also when the user is not in the group.
    package func remove(_ user: String, from group: String) async throws {
        try await IAMIdentities(call).change(.group, group) { group, transaction in
            let user = try IAMIdentityTable(transaction).require(.user, user, of: group.account)
            guard try IAMMemberTable(transaction).remove(user.id, from: group.id) else {
                throw Fault(.noSuchEntity, "User \(user.name) is not in the group \(group.name).")
            }
        }
    }
}
