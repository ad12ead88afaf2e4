import Domain
import Services
import Wire

struct ListPoliciesForTarget: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:ListPoliciesForTarget") { [try await $1.organizationTarget($0.target)] }]
    static let members: [JSONMember] =
        [.required("TargetId", .targetID), .required("Filter", .policyType)] + JSONMember.organizationPage

    private let target: String
    private let isServiceControl: Bool
    private let page: OnlyPage

    init(from json: JSONReader) throws {
        target = try json["TargetId"]
        isServiceControl = try json.isServiceControlPolicy("Filter")
        // As many as a target can have are fewer than a page, and a smaller one is filled with them all the same.
        page = try OnlyPage(from: json)
    }

    func run(in call: Call) async throws -> OrganizationPage<OrganizationPolicySummary> {
        let organizations = Organizations(call)
        let organization = try await organizations.describe().organization
        let policies = try await organizations.policies(attachedTo: target)
        let summaries = (isServiceControl ? policies : []).map {
            OrganizationPolicySummary(policy: $0, organization: organization, partition: call.region.partition)
        }
        return try page.answer("Policies", summaries)
    }
}
