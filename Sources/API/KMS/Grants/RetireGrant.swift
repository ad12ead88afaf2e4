import Domain
import Services
import Wire

/// Gives a grant back, by its token or by key and id.
struct RetireGrant: KMSAction {
    private let token: String?
    private let keyID: String?
    private let grantID: String?
    private let isDryRun: Bool

    init(from json: JSONReader) throws {
        token = try json["GrantToken"]
        keyID = try json["KeyId"]
        grantID = try json["GrantId"]
        isDryRun = try json.isDryRun()
    }

    func run(in call: Call) async throws -> NothingToSay {
        switch (token, keyID, grantID) {
        case (let token?, nil, nil): try await Keys(call).retireGrant(token: token, isDryRun: isDryRun)
        case (nil, let keyID?, let grantID?): try await Keys(call).retireGrant(grantID, on: keyID, isDryRun: isDryRun)
        default: throw Fault(.validationException, "RetireGrant takes either GrantToken, or KeyId and GrantId")
        }
        return NothingToSay()
    }
}
