import Domain
import Services
import Wire

/// The grants on a key.
struct ListGrants: KMSAction {
    static let permissions = [Permission<Self>("kms:ListGrants") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] =
        JSONMember.page + [
            .required("KeyId", .keyID), .optional("GrantId", .grantID), .optional("GranteePrincipal", .principal),
        ]

    private let keyID: String
    private let grantID: String?
    private let grantee: String?
    private let page: KeyPageRequest

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        grantID = try json["GrantId"]
        grantee = try json["GranteePrincipal"]
        page = try json.page()
    }

    func run(in call: Call) async throws -> KeyPage<GrantEntry> {
        let grants = try await Keys(call).grants(on: keyID, id: grantID, grantee: grantee, page)
        return KeyPage(name: "Grants", page: grants.map { GrantEntry(grant: $0, region: call.region) })
    }
}
