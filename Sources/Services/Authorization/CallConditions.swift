import Domain
import Metadata

/// What conditions can ask of every call: who calls, from where, and when.
struct CallConditions: Sendable {
    let call: Call

    private static let grantActions: Set<String> = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]

    /// - Parameter wanted: the keys that policies ask about, in small letters: what costs a look is filled in only if it is among them.
    func context(asking wanted: Set<String>, for action: String) async throws -> ConditionContext {
        var context = ConditionContext(of: call.caller, in: call.region.partition, at: call.now)
        guard !wanted.isEmpty else { return context }
        context.set("aws:sourceip", to: call.origin.address)
        context.set("aws:securetransport", to: call.origin.isSecure)
        context.set("aws:useragent", to: call.origin.userAgent)
        context.set("aws:referer", to: call.origin.referer)
        context.set("aws:requestedregion", to: call.region.rawValue)
        context.set("ec2:region", to: call.region.rawValue)
        context.set("aws:viaawsservice", to: call.service != nil)
        context.set("kms:viaservice", to: call.service.map { "\($0).\(call.region).amazonaws.com" })
        if Self.grantActions.contains(action) { context.set("kms:grantisforawsresource", to: call.service != nil) }
        if action.hasPrefix("s3:"), wanted.contains("s3:tlsversion") { context.set("s3:tlsversion", to: await call.origin.tlsVersion()) }
        if let identity = call.webIdentity {
            for (key, values) in identity.facts { context[key] = values }
            for (key, values) in identity.requestFacts { context[key] = values }
            context.set("aws:federatedprovider", to: identity.provider)
        }
        guard !call.principal.isNobody else { return context }
        context.set("kms:calleraccount", to: call.account.rawValue)
        if let session = call.session {
            context.set("aws:tokenissuetime", to: ISO8601.text(session.issuedAt))
            context.set("aws:multifactorauthpresent", to: false)
            context.set("aws:sourceidentity", to: session.sourceIdentity)
            context.set("aws:federatedprovider", to: session.provider)
            for (key, values) in session.providerFacts { context[key] = values }
        }
        try await fillIdentity(&context, wanted)
        return context
    }

    /// Where the account stands in the organization, and the tags of the caller.
    private func fillIdentity(_ context: inout ConditionContext, _ wanted: Set<String>) async throws {
        let (account, id) = (call.account, call.principal.identityID)
        if wanted.contains("aws:principalorgid") || wanted.contains("aws:principalorgpaths") {
            let (organization, path) = try await call.deployment.directory.read { transaction in
                let table = OrganizationTable(transaction)
                return (try table.organization()?.id, try table.principalPath(of: account))
            }
            context.set("aws:principalorgid", to: path == nil ? nil : organization)
            context.set("aws:principalorgpaths", to: path)
        }
        guard wanted.contains(where: { $0.hasPrefix("aws:principaltag/") }) else { return }
        if let id {
            let tags = try await call.deployment.directory.read { try IAMTagTable($0).tags(of: id) }
            context.set(tags, under: "aws:principaltag")
        }
        context.set(call.session?.tags ?? [], under: "aws:principaltag")
    }
}

extension Call {
    /// Whom policies decide about.
    var caller: Caller { webIdentity.map { .provider($0.provider) } ?? .principal(principal) }
}
