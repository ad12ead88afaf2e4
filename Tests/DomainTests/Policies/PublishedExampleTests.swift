import Domain
import Foundation
import Testing

/// Policies that AWS publishes as examples, and what they allow whom (`Fixtures/published-examples.json`: the facts, each with its page).
@Suite struct PublishedExampleTests {
    private struct Example {
        let name: String
        let policies: [String: Any]
        let requests: [[String: Any]]
    }

    private static let document: Data = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/published-examples.json")
        return (try? Data(contentsOf: file)) ?? Data()
    }()

    private static var examples: [Example] {
        ((try? JSONSerialization.jsonObject(with: document) as? [[String: Any]]) ?? []).map { example in
            Example(
                name: (example["name"] as? String) ?? "",
                policies: (example["policies"] as? [String: Any]) ?? [:],
                requests: (example["requests"] as? [[String: Any]]) ?? []
            )
        }
    }

    private static let callers: [String: Principal] = [
        "root": PolicySamples.root, "alice": PolicySamples.alice, "bob": PolicySamples.bob, "worker": PolicySamples.worker,
        "federated": PolicySamples.federated, "anonymous": PolicySamples.anonymous, "stranger": PolicySamples.stranger,
    ]

    @Test func thereAreExamples() { #expect(Self.examples.count == Set(Self.examples.map(\.name)).count && Self.examples.count > 40) }

    @Test(arguments: examples.indices) func theyDecideAsAWSDoes(_ number: Int) throws {
        let example = Self.examples[number]
        let policies = try Self.applicable(example.policies)
        try #require(!example.requests.isEmpty)
        for request in example.requests {
            let caller = try Self.caller(try #require(request["caller"] as? String))
            let decision = policies.decide(
                PolicySamples.request(
                    caller,
                    try #require(request["action"] as? String),
                    on: try #require(request["resource"] as? String),
                    (request["context"] as? [String: [String]]) ?? [:]
                )
            )
            #expect(decision.short == request["outcome"] as? String, "\(example.name): \(request)")
        }
    }

    private static func caller(_ name: String) throws -> Caller {
        if name.hasPrefix("service:") { return .service(String(name.dropFirst("service:".count))) }
        if name.hasPrefix("provider:") { return .provider(String(name.dropFirst("provider:".count))) }
        return .principal(try #require(callers[name]))
    }

    private static func applicable(_ texts: [String: Any]) throws -> ApplicablePolicies {
        var policies = ApplicablePolicies()
        policies.identity = PolicySet(try documents(texts["identity"]))
        policies.boundary = try texts["boundary"].map { [try identity($0)] }
        policies.session = try texts["session"].map { PolicySet(try documents($0)) }
        policies.serviceControl = try ((texts["serviceControl"] as? [Any]) ?? []).map { PolicySet(try documents($0)) }
        if let resource = texts["resource"] as? [String: Any] {
            let owner = try #require((resource["owner"] as? String).flatMap(AccountID.init))
            let text = try text(try #require(resource["document"]))
            let isTrust = resource["trust"] as? Bool == true
            let policy = try isTrust ? PolicyDocument.trust(parsing: text).policy : CompiledPolicy(resource: text)
            policies.resource = ResourcePolicy(
                owner: owner,
                rule: resource["decides"] as? Bool == true ? .decides : .adds,
                policy: NamedPolicy(name: "resource", policy: policy)
            )
        }
        return policies
    }

    private static func documents(_ value: Any?) throws -> [NamedPolicy] { try ((value as? [Any]) ?? []).map { try identity($0) } }

    private static func identity(_ document: Any) throws -> NamedPolicy {
        NamedPolicy(name: "p", policy: try PolicyDocument.identity(parsing: try text(document)).policy)
    }

    private static func text(_ document: Any) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: document), as: UTF8.self)
    }
}
