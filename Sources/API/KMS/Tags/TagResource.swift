import Domain
import Services
import Wire

/// Sets tags on a key.
struct TagResource: KMSAction {
    static let members: [JSONMember] = [.required("KeyId", .keyID), .required("Tags", .tags)]

    private let keyID: String
    private let tags: [Tag]

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        let members: [KeyTagMember] = try json["Tags"]
        tags = members.map(\.tag)
    }

    func run(in call: Call) async throws -> NothingToSay {
        try await Keys(call).tag(keyID, with: tags)
        return NothingToSay()
    }
}
