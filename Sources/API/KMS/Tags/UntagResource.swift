import Domain
import Services
import Wire

/// Removes tags from a key.
struct UntagResource: KMSAction {
    static let permissions = [Permission<Self>("kms:UntagResource") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] = [.required("KeyId", .keyID), .required("TagKeys", .list(.tagKey))]

    private let keyID: String
    private let keys: [String]

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        keys = try json["TagKeys"]
    }

    func run(in call: Call) async throws -> EmptyAnswer {
        try await Keys(call).untag(keyID, keys: keys)
        return EmptyAnswer()
    }
}
