import Domain
import Services
import Wire

/// Takes a grant away, for who owns the key.
struct RevokeGrant: KMSAction {
    static let members: [JSONMember] = [.required("KeyId", .keyID), .required("GrantId", .grantID), .optional("DryRun", .boolean)]

    private let keyID: String
    private let grantID: String

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        grantID = try json["GrantId"]
    }

    func run(in call: Call) async throws -> NothingToSay {
        try await Keys(call).revokeGrant(grantID, on: keyID)
        return NothingToSay()
    }
}
