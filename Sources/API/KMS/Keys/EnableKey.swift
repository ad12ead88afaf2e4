import Domain
import Services
import Wire

/// Lets a key be used again.
struct EnableKey: KMSAction {
    static let members: [JSONMember] = [.required("KeyId", .keyID)]

    private let keyID: String

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
    }

    func run(in call: Call) async throws -> NothingToSay {
        try await Keys(call).enable(keyID)
        return NothingToSay()
    }
}
