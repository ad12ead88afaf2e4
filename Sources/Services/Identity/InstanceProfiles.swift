import Domain
import Metadata

/// The instance profiles of the caller's account: what carries a role to an instance.
package struct InstanceProfiles: Sendable {
    private let call: Call

    package init(_ call: Call) { self.call = call }

    /// - Throws: `Fault` `EntityAlreadyExists`, `LimitExceeded`.
    package func create(_ name: String, path: String, tags: [Tag]) async throws -> InstanceProfile {
        let profile = IAMIdentity(
            id: IAMIdentity.randomID(of: .instanceProfile),
            account: call.account,
            kind: .instanceProfile,
            name: name,
            path: path,
            createdAt: call.now
        )
        try await call.changeIAM { transaction in
            try IAMIdentityTable(transaction).insert(profile)
            try IAMTagTable(transaction).set(tags, on: profile.id)
        }
        return InstanceProfile(identity: profile, role: nil, tags: tags)
    }

    package func describe(_ name: String) async throws -> InstanceProfile {
        let account = call.account
        return try await call.readIAM { transaction in
            let profile = try IAMIdentityTable(transaction).require(.instanceProfile, name, of: account)
            let role = try IAMProfileRoleTable(transaction).role(of: profile.id)
            return InstanceProfile(
                identity: profile,
                role: try role.map(NamedPrincipals(transaction).told),
                tags: try IAMTagTable(transaction).tags(of: profile.id)
            )
        }
    }

    package func list(pathPrefix: String?, _ page: IAMPageRequest) async throws -> Page<InstanceProfile> {
        let (account, prefix) = (call.account, pathPrefix ?? "/")
        return try await page.page(of: "instance-profile\(prefix)", in: call, cost: \.cost, place: \.place) { after, limit in
            try await call.readIAM { transaction in
                let table = IAMIdentityTable(transaction)
                let profiles = try table.list(.instanceProfile, of: account, pathPrefix: prefix, after: after, limit: limit)
                let roles = try IAMProfileRoleTable(transaction).roles(of: profiles.map(\.id))
                return try profiles.map { InstanceProfile(identity: $0, role: try roles[$0.id].map(NamedPrincipals(transaction).told)) }
            }
        }
    }

    package func list(ofRole name: String, _ page: IAMPageRequest) async throws -> Page<InstanceProfile> {
        let role = try await IAMIdentities(call).describe(.role, name).identity
        return try await page.page(of: "profiles/\(role.id)", in: call, cost: \.cost, place: \.place) { after, limit in
            let profiles = try await call.readIAM { try IAMProfileRoleTable($0).profiles(of: role.id, after: after ?? "", limit: limit) }
            return profiles.map { InstanceProfile(identity: $0, role: role) }
        }
    }

    /// - Throws: `Fault` `DeleteConflict` while it has a role.
    package func delete(_ name: String) async throws {
        try await IAMIdentities(call).change(.instanceProfile, name) { profile, transaction in
            guard try IAMProfileRoleTable(transaction).roles(of: [profile.id]).isEmpty else {
                throw Fault.deleteConflict("remove roles from instance profile")
            }
            try IAMIdentityTable(transaction).delete(profile)
        }
    }

    /// - Throws: `Fault` `LimitExceeded` when it has a role already: there is room for one.
    package func add(role: String, to name: String) async throws {
        try await IAMIdentities(call).change(.instanceProfile, name) { profile, transaction in
            let role = try IAMIdentityTable(transaction).require(.role, role, of: profile.account)
            let table = IAMProfileRoleTable(transaction)
            guard try table.roles(of: [profile.id]).isEmpty else { throw Fault.limitExceeded("InstanceSessionsPerInstanceProfile", 1) }
            try table.add(role: role.id, to: profile.id)
        }
    }

    package func remove(role name: String, from profile: String) async throws {
        try await IAMIdentities(call).change(.instanceProfile, profile) { profile, transaction in
            let role = try IAMIdentityTable(transaction).require(.role, name, of: profile.account)
            guard try IAMProfileRoleTable(transaction).remove(role: role.id, from: profile.id) else {
                throw Fault(.noSuchEntity, "The role with name \(name) is not in the instance profile \(profile.name).")
            }
        }
    }
}

/// An instance profile and the role that it carries.
package struct InstanceProfile: Sendable {
    package let identity: IAMIdentity
    package let role: IAMIdentity?
    package let tags: [Tag]

    init(identity: IAMIdentity, role: IAMIdentity?, tags: [Tag] = []) {
        self.identity = identity
        self.role = role
        self.tags = tags
    }

    fileprivate var cost: Int { role?.trust?.utf8.count ?? 0 }
    fileprivate var place: String { IAMIdentityTable.place(of: identity) }
}
