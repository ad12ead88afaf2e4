import Domain
import Services
import Wire

/// Takes a grant away, for who owns the key.
struct RevokeGrant: KMSAction {
    private let keyID: String
    private let grantID: String
    private let isDryRun: Bool

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        grantID = try json["GrantId"]
        isDryRun = try json.isDryRun()
    }

    func run(in call: Call) async throws -> NothingToSay {
        try await Keys(call).revokeGrant(grantID, on: keyID, isDryRun: isDryRun)
        return NothingToSay()
    }
}
