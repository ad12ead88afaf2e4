import Domain
import Services
import Wire

/// Inside of the service: IAM has actions of the same names.
extension OrganizationsService {
    struct CreatePolicy: OrganizationsAction {
        static let permissions = [
            Permission<Self>("organizations:CreatePolicy"),
            Permission<Self>("organizations:TagResource") { $0.tags.isEmpty ? [] : [try await $1.organizationPolicy("*")] },
        ]
        static let members: [JSONMember] =
            [
                .required("Content", .policyContent), .required("Description", .policyDescription), .required("Name", .organizationName),
                .required("Type", .policyType),
            ] + JSONMember.organizationTags

        private let policy: OrganizationPolicy
        private let tags: [Tag]

        init(from json: JSONReader) throws {
            try json.requireServiceControlPolicy("Type")
            policy = OrganizationPolicy(name: try json["Name"], description: try json["Description"], content: try json["Content"])
            tags = try json.organizationTags()
        }

        func run(in call: Call) async throws -> Named<OrganizationPolicyEntry> {
            try await call.policy(Organizations(call).create(policy, tags: tags))
        }
    }

    struct DescribePolicy: OrganizationsAction {
        static let permissions = [Permission<Self>("organizations:DescribePolicy") { [try await $1.organizationPolicy($0.id)] }]
        static let members: [JSONMember] = [.required("PolicyId", .organizationPolicyID)]

        private let id: String

        init(from json: JSONReader) throws { id = try json["PolicyId"] }

        func run(in call: Call) async throws -> Named<OrganizationPolicyEntry> { try await call.policy(Organizations(call).policy(id)) }
    }

    struct UpdatePolicy: OrganizationsAction {
        static let permissions = [Permission<Self>("organizations:UpdatePolicy") { [try await $1.organizationPolicy($0.id)] }]
        static let members: [JSONMember] = [
            .required("PolicyId", .organizationPolicyID), .optional("Name", .organizationName),
            .optional("Description", .policyDescription),
            .optional("Content", .policyContent),
        ]

        private let id: String
        private let name: String?
        private let description: String?
        private let content: String?

        init(from json: JSONReader) throws {
            id = try json["PolicyId"]
            name = try json["Name"]
            description = try json["Description"]
            content = try json["Content"]
        }

        func run(in call: Call) async throws -> Named<OrganizationPolicyEntry> {
            let policy = try await Organizations(call).update(policy: id, name: name, description: description, content: content)
            return try await call.policy(policy)
        }
    }

    /// Deletes a policy that is attached to nothing.
    struct DeletePolicy: OrganizationsAction {
        static let permissions = [Permission<Self>("organizations:DeletePolicy") { [try await $1.organizationPolicy($0.id)] }]
        static let members: [JSONMember] = [.required("PolicyId", .organizationPolicyID)]

        private let id: String

        init(from json: JSONReader) throws { id = try json["PolicyId"] }

        func run(in call: Call) async throws -> EmptyAnswer {
            try await Organizations(call).delete(policy: id)
            return EmptyAnswer()
        }
    }

    /// The policies of a type, of which only service control policies can be there.
    struct ListPolicies: OrganizationsAction {
        static let permissions = [Permission<Self>("organizations:ListPolicies")]
        static let members: [JSONMember] = [.required("Filter", .policyType)] + JSONMember.organizationPage

        private let isServiceControl: Bool
        private let page: PageRequest

        init(from json: JSONReader) throws {
            isServiceControl = try json.isServiceControlPolicy("Filter")
            page = try json.organizationPage()
        }

        func run(in call: Call) async throws -> OrganizationPage<OrganizationPolicySummary> {
            let organizations = Organizations(call)
            let organization = try await organizations.root().organization
            guard isServiceControl else { return OrganizationPage(name: "Policies", page: Page(elements: [], nextToken: nil)) }
            let summaries = try await organizations.policies(page).map {
                OrganizationPolicySummary(policy: $0, organization: organization, partition: call.region.partition)
            }
            return OrganizationPage(name: "Policies", page: summaries)
        }
    }
}

extension Call {
    fileprivate func policy(_ policy: OrganizationPolicy) async throws -> Named<OrganizationPolicyEntry> {
        let organization = try await Organizations(self).describe().organization
        let summary = OrganizationPolicySummary(policy: policy, organization: organization, partition: region.partition)
        return Named(name: "Policy", content: OrganizationPolicyEntry(summary: summary))
    }
}
