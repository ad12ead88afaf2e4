import Domain
import Services
import Wire

/// Removes tags from a key.
struct UntagResource: KMSAction {
    private let keyID: String
    private let keys: [String]

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        keys = try json["TagKeys"]
        guard json.contains("TagKeys") else { throw RequestError.missing("TagKeys") }
    }

    func run(in call: Call) async throws -> NothingToSay {
        try await Keys(call).untag(keyID, keys: keys)
        return NothingToSay()
    }
}
