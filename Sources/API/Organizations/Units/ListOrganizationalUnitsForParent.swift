import Domain
import Services
import Wire

struct ListOrganizationalUnitsForParent: OrganizationsAction {
    static let permissions = [
        Permission<Self>("organizations:ListOrganizationalUnitsForParent") { [try await $1.organizationTarget($0.parent)] }
    ]
    static let members: [JSONMember] = [.required("ParentId", .parentID)] + JSONMember.organizationPage

    private let parent: String
    private let page: PageRequest

    init(from json: JSONReader) throws {
        parent = try json["ParentId"]
        page = try json.organizationPage()
    }

    func run(in call: Call) async throws -> OrganizationPage<UnitEntry> {
        let organizations = Organizations(call)
        let organization = try await organizations.describe().organization
        let entries = try await organizations.units(under: parent, page).map {
            UnitEntry(placed: $0, organization: organization, partition: call.region.partition)
        }
        return OrganizationPage(name: "OrganizationalUnits", page: entries)
    }
}
