import Domain
import Services
import Wire

/// Lets a principal use a key for some operations.
struct CreateGrant: KMSAction {
    static let permissions = [Permission<Self>("kms:CreateGrant") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] = [
        .required("KeyId", .keyID), .required("GranteePrincipal", .principal), .optional("RetiringPrincipal", .principal),
        .required("Operations", .grantOperations), .optional("Constraints", .grantConstraints), .optional("GrantTokens", .grantTokens),
        .optional("Name", .grantName), .optional("DryRun", .boolean),
    ]

    private let keyID: String
    private let creation: GrantCreation
    private let grantTokens: [String]

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        creation = GrantCreation(
            grantee: try json["GranteePrincipal"],
            retiringPrincipal: try json["RetiringPrincipal"],
            operations: try json["Operations"],
            constraint: try Self.constraint(json),
            name: try json["Name"]
        )
        grantTokens = try json.grantTokens()
    }

    func run(in call: Call) async throws -> Answer {
        try Keys(call).checkGrantTokens(grantTokens)
        let grant = try await Keys(call).grant(creation, on: keyID)
        return Answer(id: grant.id, token: grant.token)
    }

    private static func constraint(_ json: JSONReader) throws -> GrantConstraint? {
        guard !json.value("Constraints").isNull else {
            json.markRead("Constraints")
            return nil
        }
        let constraints = try json.value("Constraints").reader()
        let equals = try constraints.encryptionContext("EncryptionContextEquals")
        let subset = try constraints.encryptionContext("EncryptionContextSubset")
        // Terraform sends an empty map for the one that was not set; one without a pair says nothing.
        switch (equals, subset) {
        case (.empty, .empty): return nil
        case (let equals, .empty): return .contextEquals(equals)
        case (.empty, let subset): return .contextContains(subset)
        default: throw Fault(.validationException, "Constraints takes EncryptionContextEquals or EncryptionContextSubset, not both")
        }
    }

    struct Answer: JSONEncodable {
        let id: String
        let token: String

        func write(to json: inout JSONWriter) {
            json.member("GrantToken", token)
            json.member("GrantId", id)
        }
    }
}
