import Domain

/// The names of what IAM keeps, for permissions.
extension Call {
    /// What a permission is about that is called so; with its path, where it has one.
    package func iam(_ kind: IAMIdentity.Kind, _ name: String) async throws -> PolicyResource {
        .named(try await IAMIdentities(self).arn(kind, name))
    }

    /// What is yet to be made.
    package func iam(new kind: IAMIdentity.Kind, _ path: String?, _ name: String) -> PolicyResource {
        .named(IAMIdentity.arn(kind, (path ?? "/") + name, of: account, in: region.partition))
    }

    /// The user of a name; the caller without one.
    package func iamUser(_ name: String?) async throws -> PolicyResource {
        if let name { return try await iam(.user, name) }
        return principal.principalARN(in: region.partition).flatMap { ARN($0) }.map(PolicyResource.named) ?? .all
    }

    package var iamRootUser: PolicyResource {
        .named(ARN(partition: region.partition, service: "iam", region: "", account: account.rawValue, resource: "root"))
    }

    /// One that gets another name or path, and what it becomes. A caller may not give a name that it could not change: as in IAM, both the old
    /// and the new are asked for.
    package func iam(renaming kind: IAMIdentity.Kind, _ name: String, newName: String?, newPath: String?) async throws -> [PolicyResource] {
        let old = try await iam(kind, name)
        guard newName != nil || newPath != nil else { return [old] }
        let path = if let newPath { newPath } else { try await IAMIdentities(self).path(of: kind, name) }
        return [old, iam(new: kind, path, newName ?? name)]
    }

    /// All identities of a kind whose path begins so.
    package func iam(all kind: IAMIdentity.Kind, under pathPrefix: String?) -> PolicyResource {
        .named(IAMIdentity.arn(kind, (pathPrefix ?? "/") + "*", of: account, in: region.partition))
    }
}
