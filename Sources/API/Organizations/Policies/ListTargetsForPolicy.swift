import Domain
import Services
import Wire

struct ListTargetsForPolicy: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:ListTargetsForPolicy") { [try await $1.organizationPolicy($0.policy)] }]
    static let members: [JSONMember] = [.required("PolicyId", .organizationPolicyID)] + JSONMember.organizationPage

    private let policy: String
    private let page: PageRequest

    init(from json: JSONReader) throws {
        policy = try json["PolicyId"]
        page = try json.organizationPage()
    }

    func run(in call: Call) async throws -> OrganizationPage<Entry> {
        let organizations = Organizations(call)
        let organization = try await organizations.describe().organization
        let targets = try await organizations.targets(of: policy, page).map {
            Entry(target: $0, organization: organization, partition: call.region.partition)
        }
        return OrganizationPage(name: "Targets", page: targets)
    }

    struct Entry: JSONEncodable {
        let target: PolicyTarget
        let organization: Organization
        let partition: String

        func write(to json: inout JSONWriter) {
            json.member("TargetId", target.id)
            json.member("Arn", organization.arn(ofTarget: target.id, in: partition).description)
            json.member("Name", target.name)
            json.member("Type", target.id == organization.root ? "ROOT" : target.id.hasPrefix("ou-") ? "ORGANIZATIONAL_UNIT" : "ACCOUNT")
        }
    }
}
