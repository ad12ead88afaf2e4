import Domain
import Services
import Wire

/// The one parent that an account or a unit has.
struct ListParents: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:ListParents") { [try await $1.organizationTarget($0.child)] }]
    static let members: [JSONMember] = [.required("ChildId", .childID)] + JSONMember.organizationPage

    private let child: String
    private let page: OnlyPage

    init(from json: JSONReader) throws {
        child = try json["ChildId"]
        page = try OnlyPage(from: json)
    }

    func run(in call: Call) async throws -> OrganizationPage<Entry> {
        let parent = try await Organizations(call).parent(of: child)
        return try page.answer("Parents", [Entry(id: parent)])
    }

    struct Entry: JSONEncodable {
        let id: String

        func write(to json: inout JSONWriter) {
            json.member("Id", id)
            json.member("Type", id.hasPrefix("ou-") ? "ORGANIZATIONAL_UNIT" : "ROOT")
        }
    }
}

struct ListChildren: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:ListChildren") { [try await $1.organizationTarget($0.parent)] }]
    static let members: [JSONMember] =
        [.required("ParentId", .parentID), .required("ChildType", .childType)] + JSONMember.organizationPage

    private let parent: String
    private let kind: ChildKind
    private let page: PageRequest

    init(from json: JSONReader) throws {
        parent = try json["ParentId"]
        kind = try json["ChildType"]
        page = try json.organizationPage()
    }

    func run(in call: Call) async throws -> OrganizationPage<Entry> {
        let children = try await Organizations(call).children(kind, of: parent, page)
        return OrganizationPage(name: "Children", page: children.map { Entry(id: $0, kind: kind) })
    }

    struct Entry: JSONEncodable {
        let id: String
        let kind: ChildKind

        func write(to json: inout JSONWriter) {
            json.member("Id", id)
            json.member("Type", kind.rawValue)
        }
    }
}

extension ChildKind: JSONText {}
