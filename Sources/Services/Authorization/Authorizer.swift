import Domain
import Foundation

/// Decides what the caller of a call may do, by all policies that have a say (docs/behaviour/policies.md).
package struct Authorizer: Sendable {
    private let call: Call

    package init(_ call: Call) { self.call = call }

    /// Lets what the caller may do pass.
    ///
    /// - Parameters:
    ///   - action: as policies name it: `ec2:CopyImage`.
    ///   - facts: what the request says that conditions ask about, by keys in small letters; asked for only where a condition does.
    /// - Returns: the buckets that were asked, and how far they let the caller in.
    /// - Throws: `AccessDenied`.
    @discardableResult
    package func require(
        _ action: String,
        on resources: [PolicyResource],
        facts: () -> [String: [String]] = { [:] }
    ) async throws -> BucketEntry {
        guard !resources.isEmpty else { return BucketEntry() }
        let own = try await callerPolicies()
        var entry = BucketEntry()
        var context = KeptContext(isShared: resources.count > 1)
        for resource in resources {
            let outcome = try await decide(action, on: resource, own, facts, &context)
            if let denied = outcome.denied { throw denied }
            guard outcome.hasAsked, let bucket = resource.arn?.bucket else { continue }
            entry.add(bucket, isForNewObjects: outcome.isForNewObjects)
        }
        return entry
    }

    /// Of several resources, of which each is decided for itself, why the caller may not do it to them; nil for those that it may. In their order,
    /// and not by their names: names that look the same may be of different bytes, and of different objects. They carry no sealed message.
    package func refusals(
        _ action: String,
        on resources: [PolicyResource],
        facts: () -> [String: [String]] = { [:] }
    ) async throws -> [AccessDenied?] {
        guard !resources.isEmpty else { return [] }
        let own = try await callerPolicies()
        var refusals: [AccessDenied?] = []
        var context = KeptContext(isShared: resources.count > 1)
        for resource in resources {
            refusals.append(try await decide(action, on: resource, own, facts, &context, isSealed: false).denied)
        }
        return refusals
    }

    /// Refuses what a policy denies by name: for what nobody needs to be allowed.
    ///
    /// - Throws: `AccessDenied`.
    package func requireNotDenied(_ action: String, on resources: [PolicyResource], facts: () -> [String: [String]] = { [:] }) async throws
    {
        let own = try await callerPolicies()
        var context = KeptContext(isShared: resources.count > 1)
        for resource in resources {
            guard let denied = try await decide(action, on: resource, own, facts, &context).denied, denied.denial.isExplicit else {
                continue
            }
            throw denied
        }
    }

    package func allows(_ action: String, on resource: PolicyResource, facts: () -> [String: [String]] = { [:] }) async throws -> Bool {
        var context = KeptContext(isShared: false)
        return try await decide(action, on: resource, try await callerPolicies(), facts, &context).denied == nil
    }

    /// What conditions can ask of the call and its request, whatever the resource: gathered once for all resources about which the same is asked.
    private struct KeptContext {
        /// Whether several resources are asked about.
        let isShared: Bool
        private var wanted: Set<String>?
        private var context: ConditionContext?

        init(isShared: Bool) { self.isShared = isShared }

        mutating func context(
            asking wanted: Set<String>,
            of call: Call,
            for action: String,
            _ facts: () -> [String: [String]]
        ) async throws -> ConditionContext {
            if let context, self.wanted == wanted { return context }
            var made = try await CallConditions(call: call).context(asking: wanted, for: action)
            if !wanted.isEmpty {
                for (key, values) in facts() { made[key] = values }
            }
            if isShared { made = made.shared() }
            (self.wanted, context) = (wanted, made)
            return made
        }
    }

    private struct Outcome {
        var denied: AccessDenied?
        /// Whether the resource says something itself.
        var hasAsked = false
        /// Whether it lets the caller make objects, and replace none.
        var isForNewObjects = false
    }

    private func decide(
        _ action: String,
        on resource: PolicyResource,
        _ own: ApplicablePolicies,
        _ facts: () -> [String: [String]],
        _ kept: inout KeptContext,
        isSealed: Bool = true
    ) async throws -> Outcome {
        var policies = own
        let named = resource.arn
        if case .grant(let id, let key) = resource {
            policies.resource = try await ResourcePolicies(call: call).retirement(of: id, on: key)
        } else if let named {
            policies.resource = try await ResourcePolicies(call: call).policy(of: resource, for: action) ?? stranger(named)
        }
        guard !policies.areSilent(for: call.principal) else { return Outcome() }
        let wanted = policies.conditionKeys(about: action)
        let ofCall = try await kept.context(asking: wanted, of: call, for: action, facts)
        var context = ofCall
        if !wanted.isEmpty, named != nil {
            try await ResourceConditions(call: call).fill(&context, of: resource, owner: policies.resource?.owner, asking: wanted)
        }
        var request = AccessRequest(action: action, resource: resource.description, context: context)
        if named?.service == "s3", policies.resource?.policy != nil { request.canonicalUserID = call.account.canonicalID }
        let hasAsked = policies.resource != nil
        var decision = policies.decide(request)
        // Grants are looked at where nothing else allows. To retire one takes that one, and no other.
        if case .denied(let denial) = decision, !denial.isExplicit, case .named(let key) = resource, key.service == "kms",
            let granted = try await ResourcePolicies(call: call).granted(action, on: key, facts())
        {
            policies.resource = granted
            decision = policies.decide(request)
        }
        guard case .denied(let denial) = decision else {
            return Outcome(hasAsked: hasAsked, isForNewObjects: policies.needACL(for: request))
        }
        let isAbroad = call.principal.isNobody || policies.resource.map { $0.owner != call.account } ?? false
        let told =
            isAbroad
            ? policies.denialAbroad(AccessRequest(action: action, resource: resource.description, context: ofCall), named, denial) : denial
        guard isSealed else { return Outcome(denied: AccessDenied(told, isAbroad: isAbroad), hasAsked: hasAsked) }
        // What another's policy asks about is that account's own, and so is what its resource answers.
        let conditions = isAbroad ? [] : wanted.sorted().compactMap { key in context[key].map { (key: key, values: $0) } }
        let message = AuthorizationMessage(told, of: call.principal, in: call.region.partition, conditions: conditions)
        let encoded = try message.sealed(by: call.deployment.tokens)
        return Outcome(denied: AccessDenied(told, isAbroad: isAbroad, encoded: encoded), hasAsked: hasAsked)
    }

    /// What is another account's by its name, and has nothing to say, lets nobody in: whether it is there or not. An organization's things
    /// carry the name of the management account; who of its members may see them is the organization's to say.
    private func stranger(_ arn: ARN) -> ResourcePolicy? {
        guard arn.service != "organizations", let owner = AccountID(rawValue: arn.account), owner != call.account else { return nil }
        return ResourcePolicy(owner: owner, rule: .adds, policy: nil)
    }

    /// The policies of the caller, whatever it asks for.
    private func callerPolicies() async throws -> ApplicablePolicies {
        var policies = ApplicablePolicies()
        guard !call.principal.isNobody else { return policies }
        let kept = call.deployment.identityPolicies
        policies.serviceControl = try await kept.serviceControl(over: call.account, at: call.identityVersion)
        // What is gone may do nothing: it has no policies.
        if let id = call.principal.identityID, let found = try await kept.policies(of: id, at: call.identityVersion) {
            (policies.identity, policies.boundary) = found
        }
        if let session = call.session { policies.session = try await kept.policies(of: session, as: call.principal.kind) }
        return policies
    }
}

extension ApplicablePolicies {
    /// Whether nothing can speak against the root user, in whose account the resource is.
    fileprivate func areSilent(for principal: Principal) -> Bool {
        principal.kind == .rootUser && serviceControl.isEmpty && session == nil && resource == nil
    }
}

extension ApplicablePolicies {
    /// Why another account's resource refuses, by the caller's own policies and what the caller itself has said: neither what the resource says nor
    /// what it is like, such as its tags, shows in the refusal.
    ///
    /// - Parameters:
    ///   - request: without what the resource answers.
    ///   - found: why it refuses.
    fileprivate func denialAbroad(_ request: AccessRequest, _ named: ARN?, _ found: AccessDenial) -> AccessDenial {
        var context = request.context
        // Whoever names an account knows it.
        if let account = named?.account, !account.isEmpty { context.set("aws:resourceaccount", to: account) }
        var silent = self
        silent.resource = resource.map { ResourcePolicy(owner: $0.owner, rule: .adds, policy: nil) }
        let asked = AccessRequest(action: request.action, resource: request.resource, context: context)
        guard case .denied(let denial) = silent.decide(asked) else { return found.toldAbroad }
        return denial.toldAbroad
    }

    /// Whether nothing but a bucket's ACL allows an object to be put: it lets the caller make new ones, and replace none.
    fileprivate func needACL(for request: AccessRequest) -> Bool {
        guard request.action == "s3:PutObject", resource?.grant != nil else { return false }
        var others = self
        others.resource?.grant = nil
        guard case .denied = others.decide(request) else { return false }
        return true
    }
}
