/// The published logic, as docs/behaviour/policies.md tells it: what denies wins; then every kind of policy that limits must allow.
extension ApplicablePolicies {
    package func decide(_ request: AccessRequest) -> AccessDecision {
        var allows = Allows()
        for level in serviceControl {
            if let denial = ask(level, as: .serviceControl, request, &allows.level) { return .denied(denial) }
            allows.serviceControl = allows.serviceControl && allows.level
            allows.level = false
        }
        allows.resource = resource?.grant
        if let policy = resource?.policy {
            let (grant, deniedBy) = policy.policy.grant(to: request)
            if let deniedBy { return .denied(denial(of: .resource, request, policy, deniedBy)) }
            allows.resource = [allows.resource, grant].compactMap(\.self).max()
        }
        if let boundary {
            allows.boundary = false
            if let denial = ask(boundary, as: .boundary, request, &allows.boundary) { return .denied(denial) }
        }
        if let session {
            allows.session = false
            if let denial = ask(session, as: .session, request, &allows.session) { return .denied(denial) }
        }
        allows.identity = request.caller.hasAllOfAccount
        if let denial = ask(identity, as: .identity, request, &allows.identity) { return .denied(denial) }
        return missing(allows, for: request.caller).map { .denied(denial(of: $0, request)) } ?? .allowed
    }

    /// What each kind of policy says once nothing denies.
    private struct Allows {
        var serviceControl = true
        /// One level of it.
        var level = false
        var resource: ResourceGrant?
        var boundary = true
        var session = true
        var identity = false
    }

    /// Asks policies of which one must allow, and answers the denial of any.
    private func ask(_ policies: PolicySet, as type: PolicyType, _ request: AccessRequest, _ allows: inout Bool) -> AccessDenial? {
        switch policies.verdict(on: request) {
        case .denied(let policy, let statement): return denial(of: type, request, policy, statement)
        case .allowed: allows = true
        case .silent: break
        }
        return nil
    }

    /// The first kind of policy that would have to allow, and does not.
    private func missing(_ allows: Allows, for caller: Caller) -> PolicyType? {
        guard allows.serviceControl else { return .serviceControl }
        // Who is of no account has nobody but the resource to be let in by.
        guard let account = caller.account else { return allows.resource == .caller ? nil : .resource }
        let missingOfCaller: PolicyType? =
            if !allows.identity { .identity } else if !allows.boundary { .boundary } else if !allows.session { .session } else { nil }
        guard let resource else { return missingOfCaller }
        let missingOfSession: PolicyType? = allows.boundary ? (allows.session ? nil : .session) : .boundary
        if resource.isGrantEnough, let grant = resource.grant, grant == .caller || missingOfSession == nil { return nil }
        guard resource.owner == account else {
            // Both accounts must agree.
            return missingOfCaller ?? (allows.resource == nil ? .resource : nil)
        }
        switch allows.resource {
        case .caller: return nil
        case .role: return missingOfSession
        case nil where resource.rule == .decides: return .resource
        case .account, nil: return missingOfCaller
        }
    }

    private func denial(of type: PolicyType, _ request: AccessRequest, _ policy: NamedPolicy, _ statement: Int) -> AccessDenial {
        denial(of: type, request, AccessDenial.Explicit(policy: policy.name, statement: policy.policy.statements[statement].id))
    }

    private func denial(of type: PolicyType, _ request: AccessRequest, _ explicit: AccessDenial.Explicit? = nil) -> AccessDenial {
        AccessDenial(
            type: type,
            explicit: explicit,
            caller: request.caller.name(in: request.context.partition),
            action: request.action,
            resource: request.resource
        )
    }
}
