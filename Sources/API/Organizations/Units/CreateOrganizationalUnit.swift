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

struct DescribeOrganizationalUnit: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:DescribeOrganizationalUnit") { [try await $1.organizationTarget($0.id)] }]
    static let members: [JSONMember] = [.required("OrganizationalUnitId", .unitID)]

    private let id: String

    init(from json: JSONReader) throws { id = try json["OrganizationalUnitId"] }

    func run(in call: Call) async throws -> Named<UnitEntry> { try await call.unit(Organizations(call).unit(id)) }
}

extension Call {
    func unit(_ placed: PlacedUnit) async throws -> Named<UnitEntry> {
        let organization = try await Organizations(self).describe().organization
        let entry = UnitEntry(placed: placed, organization: organization, partition: region.partition)
        return Named(name: "OrganizationalUnit", content: entry)
    }
}
