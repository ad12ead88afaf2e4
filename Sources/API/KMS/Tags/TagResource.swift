import Domain
import Services
import Wire

/// Sets tags on a key.
struct TagResource: KMSAction {
    private let keyID: String
    private let tags: [Tag]

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        let members: [KeyTagMember] = try json["Tags"]
        guard json.contains("Tags") else { throw RequestError.missing("Tags") }
        tags = members.map(\.tag)
    }

    func run(in call: Call) async throws -> NothingToSay {
        try await Keys(call).tag(keyID, with: tags)
        return NothingToSay()
    }
}
