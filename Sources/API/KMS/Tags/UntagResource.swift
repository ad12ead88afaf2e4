import Domain
import Services
import Wire

/// Removes tags from a key.
struct UntagResource: KMSAction {
    static let members: [JSONMember] = [.required("KeyId", .keyID), .required("TagKeys", .list(.tagKey))]

    private let keyID: String
    private let keys: [String]

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        keys = try json["TagKeys"]
    }

    func run(in call: Call) async throws -> NothingToSay {
        try await Keys(call).untag(keyID, keys: keys)
        return NothingToSay()
    }
}
