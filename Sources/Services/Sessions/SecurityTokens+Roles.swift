import Domain
import Foundation
import Metadata

extension SecurityTokens {
    /// A session of a role whose policy trusts the caller.
    ///
    /// - Throws: `Fault` `AccessDenied`, also for a role that is not there; `ValidationError`, `MalformedPolicyDocument`, `PackedPolicyTooLarge`.
    package func assume(_ request: RoleAssumption) async throws -> TemporaryKeys {
        let content = try request.content.inheriting(from: call.session)
        try content.check(in: request.role.account)
        let role = try await trusting(request, content)
        let isChained = if case .role = call.principal.kind { true } else { false }
        let seconds = try Self.seconds(request.seconds, of: role, isChained: isChained)
        var session = session(for: seconds, content)
        session.isChained = isChained
        session.sourceIdentity = call.session?.sourceIdentity ?? request.sourceIdentity
        return try sessions.begin(session, as: Self.principal(role, request.sessionName))
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

    /// The role, if its policy lets the caller in.
    private func trusting(_ request: RoleAssumption, _ content: SessionContent) async throws -> IAMIdentity {
        let partition = call.region.partition
        let caller = call.principal.arn(in: partition)
        guard let role = try await role(request.role) else {
            throw Fault(.accessDeniedBySTS, "User: \(caller) is not authorized to perform: sts:AssumeRole on resource: \(request.role)")
        }
        // The identity of who began the first session stands for all that follow.
        if let known = call.session?.sourceIdentity, let asked = request.sourceIdentity, asked != known {
            throw Fault(
                .accessDeniedBySTS,
                "User: \(caller) is not authorized to perform: sts:SetSourceIdentity on resource: \(request.role)"
            )
        }
        var context = try await context()
        context.set("sts:rolesessionname", to: request.sessionName)
        context.set("sts:externalid", to: request.externalID)
        context.set("sts:sourceidentity", to: request.sourceIdentity)
        try Self.set(content, in: &context)
        let trust = RoleTrust(role: role, partition: partition)
        try trust.require("sts:AssumeRole", context)
        if !request.content.tags.isEmpty { try trust.require("sts:TagSession", context) }
        if request.sourceIdentity != nil { try trust.require("sts:SetSourceIdentity", context) }
        return role
    }

    static func set(_ content: SessionContent, in context: inout ConditionContext) throws {
        context.set(content.tags, under: "aws:requesttag")
        context["aws:tagkeys"] = content.tags.map(\.key)
        context["sts:transitivetagkeys"] = content.transitiveTagKeys
    }

    /// Nil for one that is not there, or whose account is closed.
    func role(_ name: RoleARN) async throws -> IAMIdentity? {
        try await call.deployment.directory.read { transaction in
            guard try OrganizationTable(transaction).isActive(name.account) else { return nil }
            let role = try IAMIdentityTable(transaction).find(.role, name.name, of: name.account)
            return role?.path == name.path ? role : nil
        }
    }

    /// What the policy of a role can ask about the caller.
    private func context() async throws -> ConditionContext {
        var context = ConditionContext(of: call.principal, in: call.region.partition, at: call.now)
        context.set("aws:sourceip", to: call.origin.address)
        context.set("aws:securetransport", to: call.origin.isSecure)
        context.set("aws:useragent", to: call.origin.userAgent)
        context.set("aws:requestedregion", to: call.region.rawValue)
        let (principal, session) = (call.principal, call.session)
        let (organization, path, tags) = try await call.deployment.directory.read { transaction in
            let table = OrganizationTable(transaction)
            return (
                try table.organization()?.id, try table.principalPath(of: principal.account),
                try principal.identityID.map { try IAMTagTable(transaction).tags(of: $0) } ?? []
            )
        }
        context.set("aws:principalorgid", to: organization)
        context.set("aws:principalorgpaths", to: path)
        context.set(tags, under: "aws:principaltag")
        context.set(session?.tags ?? [], under: "aws:principaltag")
        context.set("aws:sourceidentity", to: session?.sourceIdentity)
        return context
    }
}

/// What the policy of a role says of who asks to assume it.
struct RoleTrust: Sendable {
    let role: IAMIdentity
    let partition: String

    /// Whether the caller's own policies let it ask is decided before: here it is taken for granted.
    private static let anything = #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#

    /// - Throws: `Fault` `AccessDenied`
    func require(_ action: String, _ context: ConditionContext) throws {
        let name = role.arn(in: partition).description
        var policies = ApplicablePolicies()
        policies.identity = [NamedPolicy(name: "", policy: try PolicyDocument.identity(parsing: Self.anything).policy)]
        policies.resource = ResourcePolicy(
            owner: role.account,
            rule: .decides,
            policy: NamedPolicy(name: name, policy: try PolicyDocument.trust(parsing: role.trust ?? "").policy)
        )
        let request = AccessRequest(action: action, resource: name, context: context)
        guard case .denied(let denial) = policies.decide(request) else { return }
        throw Fault(.accessDeniedBySTS, denial.isExplicit ? denial.message : Self.unexplained(denial))
    }

    /// Whoever is not trusted is not told what stands in the policy, or whether there is such a role.
    private static func unexplained(_ denial: AccessDenial) -> String {
        "User: \(denial.caller) is not authorized to perform: \(denial.action) on resource: \(denial.resource)"
    }
}
