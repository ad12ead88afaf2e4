import Domain
import Services
import Wire

/// Ends the automatic rotation of a key.
struct DisableKeyRotation: KMSAction {
    static let members: [JSONMember] = [.required("KeyId", .keyID)]

    private let keyID: String

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
    }

    func run(in call: Call) async throws -> NothingToSay {
        try await Keys(call).disableRotation(of: keyID)
        return NothingToSay()
    }
}
