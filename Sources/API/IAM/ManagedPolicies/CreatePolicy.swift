import Domain
import Services
import Wire

/// Makes a policy that can be attached to identities of the account.
struct CreatePolicy: IAMAction {
    static let permissions = [
        Permission<Self>("iam:CreatePolicy") { [$1.policy(new: $0.path, $0.name)] },
        Permission<Self>("iam:TagPolicy") { $0.tags.isEmpty ? [] : [$1.policy(new: $0.path, $0.name)] },
    ]

    private let name: String
    private let path: String
    private let document: String
    private let description: String
    private let tags: [Tag]

    init(from query: QueryReader) throws(RequestError) {
        name = try query.text("PolicyName", .policyName)
        path = try query.optionalText("Path", .policyPath) ?? "/"
        document = try query.text("PolicyDocument", .policyDocument)
        description = try query.optionalText("Description", .policyDescription) ?? ""
        tags = try query.tags
    }

    func run(in call: Call) async throws -> Answer {
        let policy = try await ManagedPolicies(call).create(name, path: path, document: document, description: description, tags: tags)
        return Answer(policy: DescribedPolicy(new: policy), tags: tags, partition: call.region.partition)
    }

    struct Answer: XMLEncodable {
        let policy: DescribedPolicy
        let tags: [Tag]
        let partition: String

        func write(to xml: inout XMLWriter) {
            xml.element("Policy") { xml in
                xml.listed(policy, in: partition)
                xml.write(tags)
            }
        }
    }
}

/// Deletes a policy that no identity has and that has one version alone.
struct DeletePolicy: IAMAction {
    static let permissions = [Permission<Self>("iam:DeletePolicy") { [$1.policy($0.arn)] }]

    private let arn: String

    init(from query: QueryReader) throws(RequestError) { arn = try query.text("PolicyArn", .arn) }

    func run(in call: Call) async throws -> XMLEmpty {
        try await ManagedPolicies(call).delete(arn)
        return XMLEmpty()
    }
}

/// Tells all of a policy, of the account or of AWS.
struct GetPolicy: IAMAction {
    static let permissions = [Permission<Self>("iam:GetPolicy") { [$1.policy($0.arn)] }]

    private let arn: String

    init(from query: QueryReader) throws(RequestError) { arn = try query.text("PolicyArn", .arn) }

    func run(in call: Call) async throws -> Answer {
        Answer(policy: try await ManagedPolicies(call).describe(arn), partition: call.region.partition)
    }

    struct Answer: XMLEncodable {
        let policy: DescribedPolicy
        let partition: String

        func write(to xml: inout XMLWriter) {
            xml.element("Policy") { xml in
                xml.listed(policy, in: partition)
                xml.element("Description", policy.description.isEmpty ? nil : policy.description)
                xml.tagList(policy.tags)
            }
        }
    }
}
