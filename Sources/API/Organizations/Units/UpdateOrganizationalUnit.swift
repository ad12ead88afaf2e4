import Domain
import Services
import Wire

struct UpdateOrganizationalUnit: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:UpdateOrganizationalUnit") { [try await $1.organizationTarget($0.id)] }]
    static let members: [JSONMember] = [.required("OrganizationalUnitId", .unitID), .optional("Name", .organizationName)]

    private let id: String
    private let name: String?

    init(from json: JSONReader) throws {
        id = try json["OrganizationalUnitId"]
        name = try json["Name"]
    }

    func run(in call: Call) async throws -> Named<UnitEntry> { try await call.unit(Organizations(call).update(unit: id, name: name)) }
}
