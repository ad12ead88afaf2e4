import Domain
import Services
import Wire

/// Describes a key anew.
struct UpdateKeyDescription: KMSAction {
    static let permissions = [Permission<Self>("kms:UpdateKeyDescription") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] = [.required("KeyId", .keyID), .required("Description", .description)]

    private let keyID: String
    private let description: String

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        description = try json["Description"]
    }

    func run(in call: Call) async throws -> EmptyAnswer {
        try await Keys(call).setDescription(description, of: keyID)
        return EmptyAnswer()
    }
}
