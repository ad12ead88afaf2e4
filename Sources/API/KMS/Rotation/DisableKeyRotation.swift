import Domain
import Services
import Wire

/// Ends the automatic rotation of a key.
struct DisableKeyRotation: KMSAction {
    static let permissions = [Permission<Self>("kms:DisableKeyRotation") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] = [.required("KeyId", .keyID)]

    private let keyID: String

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
    }

    func run(in call: Call) async throws -> EmptyAnswer {
        try await Keys(call).disableRotation(of: keyID)
        return EmptyAnswer()
    }
}
