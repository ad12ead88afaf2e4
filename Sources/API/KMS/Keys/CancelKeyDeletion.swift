import Domain
import Services
import Wire

/// Saves a key from its deletion; it is disabled then.
struct CancelKeyDeletion: KMSAction {
    static let permissions = [Permission<Self>("kms:CancelKeyDeletion") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] = [.required("KeyId", .keyID)]

    private let keyID: String

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
    }

    func run(in call: Call) async throws -> KeyName {
        KeyName(name: try await Keys(call).cancelDeletion(keyID).arn)
    }
}
