import Domain
import Foundation
import Metadata

extension SecurityTokens {
    /// A session of a role, whose policy has let the caller in when the call was authorised.
    ///
    /// - Throws: `Fault` `AccessDenied` for a role that is not there; `ValidationError`, `MalformedPolicyDocument`, `PackedPolicyTooLarge`.
    package func assume(_ request: RoleAssumption) async throws -> TemporaryKeys {
        let content = try request.content.inheriting(from: call.session)
        try content.check(in: request.role.account)
        try checkSourceIdentity(request)
        guard let role = try await role(request.role) else { throw denied("sts:AssumeRole", request) }
        let isChained = if case .role = call.principal.kind { true } else { false }
        let seconds = try Self.seconds(request.seconds, of: role, isChained: isChained)
        var session = session(for: seconds, content)
        session.isChained = isChained
        session.sourceIdentity = call.session?.sourceIdentity ?? request.sourceIdentity
        return try sessions.begin(session, as: Self.principal(role, request.sessionName))
    }

    /// A session of a role for whom a provider vouches.
    ///
    /// - Throws: as `assume`.
    package func assume(_ request: RoleAssumption, as identity: WebIdentity) async throws -> TemporaryKeys {
        try request.content.check(in: request.role.account)
        guard let role = try await role(request.role) else {
            throw Fault(.accessDenied, "Not authorized to perform sts:AssumeRoleWithWebIdentity")
        }
        var session = session(for: try Self.seconds(request.seconds, of: role, isChained: false), request.content)
        session.sourceIdentity = request.sourceIdentity
        session.provider = identity.provider
        session.providerFacts = identity.facts
        return try sessions.begin(session, as: Self.principal(role, request.sessionName))
    }

    /// The identity of who began the first session stands for all that follow.
    private func checkSourceIdentity(_ request: RoleAssumption) throws {
        guard let known = call.session?.sourceIdentity, let asked = request.sourceIdentity, asked != known else { return }
        throw denied("sts:SetSourceIdentity", request)
    }

    private func denied(_ action: String, _ request: RoleAssumption) -> Fault {
        let caller = call.principal.arn(in: call.region.partition)
        // As of a role that is there, and does not let the caller in.
        let reason = "because no resource-based policy allows the \(action) action"
        return Fault(.accessDenied, "User: \(caller) is not authorized to perform: \(action) on resource: \(request.role) \(reason)")
    }

    static func principal(_ role: IAMIdentity, _ session: String) -> Principal {
        let name = Principal.RoleSession(id: role.id, path: role.path, name: role.name, session: session)
        return Principal(account: role.account, accessKeyID: "", kind: .role(name))
    }

    static func seconds(_ asked: Int?, of role: IAMIdentity, isChained: Bool) throws -> Int {
        let seconds = asked ?? SessionLimits.hour
        guard !isChained || seconds <= SessionLimits.hour else {
            throw Fault(
                .validationError,
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
            )
        }
        guard seconds <= role.sessionSeconds ?? SessionLimits.hour else {
            throw Fault(.validationError, "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
        }
        return seconds
    }

    /// Nil for one that is not there, or whose account is closed.
    func role(_ name: RoleARN) async throws -> IAMIdentity? {
        try await call.deployment.directory.read { [partition = call.region.partition] transaction in
            guard try OrganizationTable(transaction).isActive(name.account) else { return nil }
            let role = try IAMIdentityTable(transaction).find(.role, name.name, of: name.account)
            // Policies know it by this name alone.
            return role?.arn(in: partition) == name.arn ? role : nil
        }
    }
}
