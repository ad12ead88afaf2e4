import Domain
import Services
import Wire

struct CreateOrganizationalUnit: OrganizationsAction {
    static let permissions = [
        Permission<Self>("organizations:CreateOrganizationalUnit") { [try await $1.organizationTarget($0.parent)] },
        Permission<Self>("organizations:TagResource") { $0.tags.isEmpty ? [] : [try await $1.organizationTarget("ou-*")] },
    ]
    static let members: [JSONMember] =
        [.required("ParentId", .parentID), .required("Name", .organizationName)] + JSONMember.organizationTags

    private let parent: String
    private let name: String
    private let tags: [Tag]

    init(from json: JSONReader) throws {
        parent = try json["ParentId"]
        name = try json["Name"]
        tags = try json.organizationTags()
    }

    func run(in call: Call) async throws -> Named<UnitEntry> {
        try await call.unit(Organizations(call).createUnit(name, under: parent, tags: tags))
    }
}

struct DescribeOrganizationalUnit: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:DescribeOrganizationalUnit") { [try await $1.organizationTarget($0.id)] }]
    static let members: [JSONMember] = [.required("OrganizationalUnitId", .unitID)]

    private let id: String

    init(from json: JSONReader) throws { id = try json["OrganizationalUnitId"] }

    func run(in call: Call) async throws -> Named<UnitEntry> { try await call.unit(Organizations(call).unit(id)) }
}

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

/// Deletes a unit that nothing is under.
struct DeleteOrganizationalUnit: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:DeleteOrganizationalUnit") { [try await $1.organizationTarget($0.id)] }]
    static let members: [JSONMember] = [.required("OrganizationalUnitId", .unitID)]

    private let id: String

    init(from json: JSONReader) throws { id = try json["OrganizationalUnitId"] }

    func run(in call: Call) async throws -> EmptyAnswer {
        try await Organizations(call).delete(unit: id)
        return EmptyAnswer()
    }
}

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

extension Call {
    fileprivate func unit(_ placed: PlacedUnit) async throws -> Named<UnitEntry> {
        let organization = try await Organizations(self).describe().organization
        let entry = UnitEntry(placed: placed, organization: organization, partition: region.partition)
        return Named(name: "OrganizationalUnit", content: entry)
    }
}
