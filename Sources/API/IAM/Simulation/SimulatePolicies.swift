import Domain
import Services
import Wire

/// Tells what policies would decide.
struct SimulateCustomPolicy: IAMAction {
    static let permissions = [Permission<Self>("iam:SimulateCustomPolicy")]

    private let request: PolicySimulator.Request
    private let page: IAMPageRequest

    init(from query: QueryReader) throws(RequestError) {
        request = try query.simulation
        try query.check(count: request.policies.count, 1...QueryReader.simulatedPoliciesMax, "PolicyInputList")
        page = try query.page
    }

    func run(in call: Call) async throws -> SimulationAnswer { SimulationAnswer(page: try await PolicySimulator(call).run(request, page)) }
}

/// Tells what the policies of a user, a group or a role would decide.
struct SimulatePrincipalPolicy: IAMAction {
    static let permissions = [Permission<Self>("iam:SimulatePrincipalPolicy") { [$1.policySource($0.source)] }]

    private let source: String
    private let request: PolicySimulator.Request
    private let page: IAMPageRequest

    init(from query: QueryReader) throws(RequestError) {
        source = try query.text("PolicySourceArn", .arn)
        request = try query.simulation
        page = try query.page
    }

    func run(in call: Call) async throws -> SimulationAnswer {
        SimulationAnswer(page: try await PolicySimulator(call).run(request, of: source, page))
    }
}

struct SimulationAnswer: XMLEncodable {
    let page: Page<PolicySimulator.Outcome>

    func write(to xml: inout XMLWriter) {
        xml.members("EvaluationResults", page.elements) { $0.write($1) }
        xml.pageEnd(page)
    }
}

extension XMLWriter {
    /// The members of IAM's type `EvaluationResult`.
    fileprivate mutating func write(_ outcome: PolicySimulator.Outcome) {
        element("EvalActionName", outcome.action)
        element("EvalResourceName", outcome.resource)
        element("EvalDecision", outcome.simulation.decision.rawValue)
        members("MatchedStatements", outcome.matches) { xml, match in
            xml.element("SourcePolicyId", match.policy)
            xml.element("SourcePolicyType", match.source)
            guard let place = match.place else { return }
            for (name, position) in [("StartPosition", place.start), ("EndPosition", place.end)] {
                xml.element(name) { xml in
                    xml.element("Line", position.line)
                    xml.element("Column", position.column)
                }
            }
        }
        list("MissingContextValues", outcome.simulation.missingKeys, item: "member")
        if let isAllowed = outcome.simulation.isAllowedByBoundary {
            element("PermissionsBoundaryDecisionDetail") { $0.element("AllowedByPermissionsBoundary", isAllowed) }
        }
    }
}

extension QueryReader {
    /// What both simulations read. How EC2 runs instances is not simulated, so that an option for that is refused.
    fileprivate var simulation: PolicySimulator.Request {
        get throws(RequestError) {
            var request = PolicySimulator.Request(actions: try texts("ActionNames", TextConstraint(3...128), count: 1...1000))
            request.resources = try texts("ResourceArns", TextConstraint(1...2048), count: 0...1000)
            request.policies = try policies("PolicyInputList")
            let boundaries = try texts("PermissionsBoundaryPolicyInputList", .policyDocument, count: 0...1)
            request.boundary = boundaries.first
            request.resourcePolicy = try optionalText("ResourcePolicy", .policyDocument)
            request.resourceOwner = try optionalText("ResourceOwner", TextConstraint(1...2048))
            request.caller = try optionalText("CallerArn", TextConstraint(1...2048))
            if let option: String = try self["ResourceHandlingOption"] {
                throw .rejected(
                    code: "InvalidInput",
                    message: "ResourceHandlingOption '\(option.prefix(64))' is about running instances, which Ferry does not."
                )
            }
            let entries: [ContextEntry] = try self["ContextEntries.member"]
            for entry in entries { request.context[entry.key.lowercased(), default: []] += entry.values }
            return request
        }
    }
}

private struct ContextEntry: QueryStructure {
    enum Kind: String, CaseIterable {
        case string, stringList, numeric, numericList, boolean, booleanList, ip, ipList, binary, binaryList, date, dateList
    }

    let key: String
    let values: [String]

    init(from query: QueryReader) throws(RequestError) {
        key = try query.text("ContextKeyName", TextConstraint(5...256))
        values = try query.texts("ContextKeyValues", TextConstraint(0...2048), count: 0...1000)
        // Values are texts, and the operators of policies read them.
        _ = try query.optionalChoice("ContextKeyType", Kind.self)
    }
}
