import Domain
import Services
import Wire

/// Lets a key be used again.
struct EnableKey: KMSAction {
    static let permissions = [Permission<Self>("kms:EnableKey") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] = [.required("KeyId", .keyID)]

    private let keyID: String

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
    }

    func run(in call: Call) async throws -> EmptyAnswer {
        try await Keys(call).enable(keyID)
        return EmptyAnswer()
    }
}
