import Domain
import Services
import Wire

/// Tells what policies ask about a request, so that a simulation can say it.
struct GetContextKeysForCustomPolicy: IAMAction {
    static let permissions = [Permission<Self>("iam:GetContextKeysForCustomPolicy")]

    private let documents: [String]

    init(from query: QueryReader) throws(RequestError) {
        documents = try query.policies("PolicyInputList")
        try query.check(count: documents.count, 1...QueryReader.simulatedPoliciesMax, "PolicyInputList")
    }

    func run(in call: Call) async throws -> ContextKeyNames {
        ContextKeyNames(names: try await PolicySimulator(call).contextKeys(of: documents))
    }
}

/// The same of the policies of a user, a group or a role.
struct GetContextKeysForPrincipalPolicy: IAMAction {
    static let permissions = [Permission<Self>("iam:GetContextKeysForPrincipalPolicy") { [$1.policySource($0.source)] }]

    private let source: String
    private let documents: [String]

    init(from query: QueryReader) throws(RequestError) {
        source = try query.text("PolicySourceArn", .arn)
        documents = try query.policies("PolicyInputList")
    }

    func run(in call: Call) async throws -> ContextKeyNames {
        ContextKeyNames(names: try await PolicySimulator(call).contextKeys(of: documents, and: source))
    }
}

struct ContextKeyNames: XMLEncodable {
    let names: [String]

    func write(to xml: inout XMLWriter) { xml.list("ContextKeyNames", names, item: "member") }
}

extension QueryReader {
    /// Chosen: as many as an identity can have, and its groups.
    static let simulatedPoliciesMax = 120

    /// Policies that are given to be judged.
    func policies(_ name: String) throws(RequestError) -> [String] {
        try texts(name, .policyDocument, count: 0...Self.simulatedPoliciesMax)
    }
}

extension Call {
    /// Whose policies are judged. What is no ARN is nothing that a policy could allow: the use case refuses it.
    func policySource(_ arn: String) -> PolicyResource { ARN(arn).map(PolicyResource.named) ?? .all }
}

extension IAMService {
    static let simulation: [any Action<QueryReader>.Type] = [
        GetAccountAuthorizationDetails.self, GetContextKeysForCustomPolicy.self, GetContextKeysForPrincipalPolicy.self,
        SimulateCustomPolicy.self, SimulatePrincipalPolicy.self,
    ]
}
