import Domain
import Services
import Wire

/// Stops the use of a key, at once and until it is enabled.
struct DisableKey: KMSAction {
    static let members: [JSONMember] = [.required("KeyId", .keyID)]

    private let keyID: String

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
    }

    func run(in call: Call) async throws -> NothingToSay {
        try await Keys(call).disable(keyID)
        return NothingToSay()
    }
}
