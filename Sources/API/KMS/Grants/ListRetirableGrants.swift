import Domain
import Services
import Wire

/// The grants that a principal may retire.
struct ListRetirableGrants: KMSAction {
    static let permissions = [Permission<Self>("kms:ListRetirableGrants")]

    static let members: [JSONMember] = JSONMember.page + [.required("RetiringPrincipal", .principal)]

    private let principal: String
    private let page: KeyPageRequest

    init(from json: JSONReader) throws {
        principal = try json["RetiringPrincipal"]
        page = try json.page()
    }

    func run(in call: Call) async throws -> KeyPage<GrantEntry> {
        let grants = try await Keys(call).grants(retirableBy: principal, page)
        return KeyPage(name: "Grants", page: grants.map { GrantEntry(grant: $0, region: call.region) })
    }
}
