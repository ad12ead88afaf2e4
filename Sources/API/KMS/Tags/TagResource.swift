import Domain
import Services
import Wire

/// Sets tags on a key.
struct TagResource: KMSAction {
    static let permissions = [Permission<Self>("kms:TagResource") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] = [.required("KeyId", .keyID), .required("Tags", .tags)]

    private let keyID: String
    private let tags: [Tag]

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        let members: [KeyTagMember] = try json["Tags"]
        tags = members.map(\.tag)
    }

    func run(in call: Call) async throws -> EmptyAnswer {
        try await Keys(call).tag(keyID, with: tags)
        return EmptyAnswer()
    }
}
