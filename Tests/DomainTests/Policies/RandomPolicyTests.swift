import Domain
import Foundation
import TestSupport
import Testing

/// The evaluator against the reference: whatever policies and requests there are, they agree.
@Suite struct RandomPolicyTests {
    private static let cases = 600

    @Test(arguments: seeds(2))
    func theReferenceDecidesTheSame(seed: UInt64) throws {
        var source = RandomPolicies(random: SeededGenerator(seed: seed))
        var outcomes: [String: Int] = [:]
        for number in 0..<Self.cases {
            let (question, policies) = (source.question(), source.policies())
            let decision = try Self.compiled(policies).decide(
                PolicySamples.request(question.caller, question.action, on: question.resource, question.values)
            )
            let expected = ReferenceEvaluator().decide(question, policies)
            guard expected.contains(decision.short) else {
                Issue.record("Case \(number): \(decision.short) for \(expected); \(question) \(policies)")
                return
            }
            outcomes[decision.short, default: 0] += 1
        }
        // A vocabulary in which everything is refused for one reason would prove nothing.
        for outcome in ["allowed", "?identity", "?resource", "-identity", "-resource"] {
            #expect(outcomes[outcome, default: 0] > 5, "\(outcomes)")
        }
    }

    /// Requests that share what they ask about, and are each about something of its own, are decided as each by itself.
    @Test(arguments: seeds(2))
    func whatSeveralShareIsDecidedAsForEach(seed: UInt64) throws {
        var source = RandomPolicies(random: SeededGenerator(seed: seed))
        var allowed = 0
        for number in 0..<Self.cases / 4 {
            let (first, policies) = (source.question(), source.policies())
            let compiled = try Self.compiled(policies)
            var context = ConditionContext(of: first.caller, in: "aws", at: PolicySamples.date)
            for (key, values) in first.values { context[key] = values }
            let shared = context.shared()
            for _ in 0..<4 {
                let other = source.question()
                var (own, plain) = (shared, context)
                for (key, values) in other.values where key == "s3:prefix" || key == "aws:tagkeys" {
                    (own[key], plain[key]) = (values, values)
                }
                let decided = compiled.decide(AccessRequest(action: first.action, resource: other.resource, context: own)).short
                let expected = compiled.decide(AccessRequest(action: first.action, resource: other.resource, context: plain)).short
                #expect(decided == expected, "Case \(number): \(first) \(other) \(policies)")
                if decided == "allowed" { allowed += 1 }
            }
        }
        #expect(allowed > 5)
    }

    private static func compiled(_ policies: ReferenceEvaluator.Policies) throws -> ApplicablePolicies {
        var compiled = ApplicablePolicies()
        compiled.identity = PolicySet(try policies.identity.map { try named($0, .identity) })
        compiled.boundary = try policies.boundary.map { [try named($0, .identity)] }
        compiled.session = try policies.session.map { PolicySet(try $0.map { try named($0, .identity) }) }
        compiled.serviceControl = try policies.serviceControl.map { PolicySet(try $0.map { try named($0, .identity) }) }
        compiled.resource = try policies.owner.map { owner in
            let policy = try policies.resource.map { try named($0, isTrust($0) ? .trust : .resource) }
            return ResourcePolicy(owner: owner, rule: policies.decides ? .decides : .adds, policy: policy)
        }
        return compiled
    }

    private static func isTrust(_ document: [String: Any]) -> Bool {
        ((document["Statement"] as? [[String: Any]]) ?? []).allSatisfy { $0["Resource"] == nil && $0["NotResource"] == nil }
    }

    private static func named(_ document: [String: Any], _ kind: Policy.Kind) throws -> NamedPolicy {
        let bytes = [UInt8](try JSONSerialization.data(withJSONObject: document))
        return NamedPolicy(name: "p", policy: CompiledPolicy(try Policy(parsing: bytes, of: kind)))
    }
}
