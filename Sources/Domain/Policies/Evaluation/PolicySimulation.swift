/// What policies would decide, and why: the simulator of IAM. It asks the same evaluator as every call does.
package struct PolicySimulation: Sendable {
    package enum Decision: String, Sendable {
        case allowed, explicitDeny, implicitDeny
    }

    /// A statement that has decided, or would have.
    package struct Match: Hashable, Sendable {
        /// What its policy is called, and of which kind it is.
        package let policy: String
        package let type: PolicyType
        /// Counted from 0 in its policy; `PolicyDocument.places(ofStatementsIn:)` tells where it stands.
        package let statement: Int

        package init(policy: String, type: PolicyType, statement: Int) {
            (self.policy, self.type, self.statement) = (policy, type, statement)
        }
    }

    package let decision: Decision
    /// The statements that deny; when none does, those that allow.
    package let matches: [Match]
    /// The keys that the policies ask about and the request does not have, as the policies write them.
    package let missingKeys: [String]
    /// Nil without a boundary.
    package let isAllowedByBoundary: Bool?
    /// Nil without service control policies.
    package let isAllowedByOrganization: Bool?
}

extension ApplicablePolicies {
    package func simulate(_ request: AccessRequest) -> PolicySimulation {
        let decision: PolicySimulation.Decision =
            switch decide(request) {
            case .allowed: .allowed
            case .denied(let denial): denial.isExplicit ? .explicitDeny : .implicitDeny
            }
        let found = matches(request)
        return PolicySimulation(
            decision: decision,
            matches: found.filter { $0.isDeny == (decision == .explicitDeny) }.map(\.match),
            missingKeys: Set(all.flatMap { $0.policy.keyNames.filter { request.context[$0.key] == nil }.values }).sorted(),
            isAllowedByBoundary: boundary.map { $0.verdict(on: request).isAllowed },
            isAllowedByOrganization: serviceControl.isEmpty ? nil : serviceControl.allSatisfy { $0.verdict(on: request).isAllowed }
        )
    }

    private func matches(_ request: AccessRequest) -> [(match: PolicySimulation.Match, isDeny: Bool)] {
        func all(_ policies: PolicySet, _ type: PolicyType) -> [(match: PolicySimulation.Match, isDeny: Bool)] {
            policies.policies.flatMap { policy in
                policy.policy.statements(about: request).map { statement in
                    let match = PolicySimulation.Match(policy: policy.name, type: type, statement: statement)
                    return (match, policy.policy.statements[statement].isDeny)
                }
            }
        }
        // What only limits tells nothing of why a request is allowed.
        let limits = serviceControl.flatMap { all($0, .serviceControl) } + all(boundary ?? [], .boundary)
        return all(identity, .identity) + all(session ?? [], .session) + all(PolicySet([resource?.policy].compactMap(\.self)), .resource)
            + limits.filter(\.isDeny)
    }
}
