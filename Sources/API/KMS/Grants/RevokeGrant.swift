import Domain
import Services
import Wire

/// Takes a grant away, for who owns the key.
struct RevokeGrant: KMSAction {
    static let permissions = [Permission<Self>("kms:RevokeGrant") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] = [.required("KeyId", .keyID), .required("GrantId", .grantID), .optional("DryRun", .boolean)]

    private let keyID: String
    private let grantID: String

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        grantID = try json["GrantId"]
    }

    func run(in call: Call) async throws -> EmptyAnswer {
        try await Keys(call).revokeGrant(grantID, on: keyID)
        return EmptyAnswer()
    }
}
