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
        let equals = try context("EncryptionContextEquals", constraints)
        let subset = try context("EncryptionContextSubset", constraints)
        switch (equals, subset) {
        case (nil, nil): return nil
        case (let equals?, nil): return .contextEquals(equals)
        case (nil, let subset?): return .contextContains(subset)
        // Terraform sends an empty map for the one that was not set.
        case (let equals?, .some(.empty)): return equals == .empty ? nil : .contextEquals(equals)
        case (.some(.empty), let subset?): return .contextContains(subset)
        default: throw Fault(.validationException, "Constraints takes EncryptionContextEquals or EncryptionContextSubset, not both")
        }
    }

    private static func context(_ name: String, _ constraints: JSONReader) throws -> EncryptionContext? {
        let isGiven = !constraints.value(name).isNull
        let context = try constraints.encryptionContext(name)
        return isGiven ? context : nil
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
