import Domain
import Services
import Wire

/// Stops the use of a key, at once and until it is enabled.
struct DisableKey: KMSAction {
    static let permissions = [Permission<Self>("kms:DisableKey") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] = [.required("KeyId", .keyID)]

    private let keyID: String

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
    }

    func run(in call: Call) async throws -> EmptyAnswer {
        try await Keys(call).disable(keyID)
        return EmptyAnswer()
    }
}
