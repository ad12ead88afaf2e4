import Domain
import Services
import Wire

/// Gives a grant back, by its token or by key and id.
struct RetireGrant: KMSAction {
    static let permissions = [
        Permission<Self>("kms:RetireGrant") { action, call in
            // The token tells the grant, and the grant who may retire it.
            if let token = action.token {
                let grant = try await Keys(call).grant(of: token)
                return [call.grant(grant.id, on: try await call.key(grant.keyARN))]
            }
            guard let keyID = action.keyID, let grantID = action.grantID else { return [call.kms("key/*")] }
            return [call.grant(grantID, on: try await call.key(keyID))]
        }
    ]

    static let members: [JSONMember] = [
        .optional("GrantToken", .grantToken), .optional("KeyId", .keyID), .optional("GrantId", .grantID), .optional("DryRun", .boolean),
    ]

    private let token: String?
    private let keyID: String?
    private let grantID: String?

    init(from json: JSONReader) throws {
        token = try json["GrantToken"]
        keyID = try json["KeyId"]
        grantID = try json["GrantId"]
    }

    func run(in call: Call) async throws -> EmptyAnswer {
        switch (token, keyID, grantID) {
        case (let token?, nil, nil): try await Keys(call).retireGrant(token: token)
        case (nil, let keyID?, let grantID?): try await Keys(call).retireGrant(grantID, on: keyID)
        default: throw Fault(.validationException, "RetireGrant takes either GrantToken, or KeyId and GrantId")
        }
        return EmptyAnswer()
    }
}
