import Domain
import Metadata

/// The roles of the caller's account.
package struct Roles: Sendable {
    /// IAM and STS quotas, "Role trust policy JSON text".
    private static let trustLimit = PolicyDocument.SizeLimit(quota: "ACLSizePerRole", characters: 2048)

    private let call: Call

    package init(_ call: Call) { self.call = call }

    /// What a role is made of.
    package struct Request: Sendable {
        package var name: String
        package var path: String
        package var trust: String
        package var description: String
        package var sessionSeconds: Int
        /// The ARN of a managed policy.
        package var boundary: String?
        package var tags: [Tag]

        package init(
            name: String,
            path: String = "/",
            trust: String,
            description: String = "",
            sessionSeconds: Int = 3600,
            boundary: String? = nil,
            tags: [Tag] = []
        ) {
            self.name = name
            self.path = path
            self.trust = trust
            self.description = description
            self.sessionSeconds = sessionSeconds
            self.boundary = boundary
            self.tags = tags
        }
    }

    /// - Throws: `Fault` `MalformedPolicyDocument`, `EntityAlreadyExists`, `LimitExceeded`, `NoSuchEntity` of the boundary.
    package func create(_ request: Request) async throws -> IAMIdentity {
        let names = try Self.names(inTrust: request.trust)
        let call = call
        return try await call.changeIAM { transaction in
            let ids = try Self.ids(of: names, in: transaction)
            let boundary = try request.boundary.map { try ManagedPolicies.requireAttachable($0, by: call, in: transaction) }
            let role = IAMIdentity(
                id: IAMIdentity.randomID(of: .role),
                account: call.account,
                kind: .role,
                name: request.name,
                path: request.path,
                boundary: boundary?.rawValue,
                description: request.description,
                trust: request.trust,
                trustIDs: ids,
                sessionSeconds: request.sessionSeconds,
                createdAt: call.now
            )
            try IAMIdentityTable(transaction).insert(role)
            try IAMTagTable(transaction).set(request.tags, on: role.id)
            return role
        }
    }

    /// Changes what is given.
    package func update(_ name: String, description: String? = nil, sessionSeconds: Int? = nil) async throws -> IAMIdentity {
        try await change(name) { role, _ in
            role.description = description ?? role.description
            role.sessionSeconds = sessionSeconds ?? role.sessionSeconds
        }
    }

    package func setTrust(of name: String, to document: String) async throws {
        let names = try Self.names(inTrust: document)
        _ = try await change(name) { ($0.trust, $0.trustIDs) = (document, try Self.ids(of: names, in: $1)) }
    }

    /// - Throws: `Fault` `DeleteConflict` while something hangs on it.
    package func delete(_ name: String) async throws {
        try await IAMIdentities(call).change(.role, name) { role, transaction in
            guard try IAMProfileRoleTable(transaction).profiles(of: role.id, after: "", limit: 1).isEmpty else {
                throw Fault.deleteConflict("remove roles from instance profile")
            }
            try IAMHoldings(transaction).requireNone(of: role)
            try IAMIdentityTable(transaction).delete(role)
        }
    }

    private func change(_ name: String, _ body: @escaping @Sendable (inout IAMIdentity, Transaction) throws -> Void)
        async throws -> IAMIdentity
    {
        try await IAMIdentities(call).change(.role, name) { role, transaction in
            var role = role
            try body(&role, transaction)
            try IAMIdentityTable(transaction).update(role)
            return try NamedPrincipals(transaction).told(role)
        }
    }

    private static func names(inTrust document: String) throws -> Set<String> {
        try PolicyDocument.trust(parsing: document, limit: trustLimit).principalNames
    }

    /// - Throws: `Fault` `MalformedPolicyDocument` for a name that is nobody's.
    private static func ids(of names: Set<String>, in transaction: Transaction) throws -> PrincipalIDs {
        do {
            return try NamedPrincipals(transaction).ids(of: names)
        } catch let error as UnknownPrincipal {
            throw Fault(.malformedIAMPolicy, "Invalid principal in policy: \"AWS\":\"\(error.name)\"")
        }
    }
}
