import Domain
import Services
import Wire

/// Tells what a key is and how it is.
struct DescribeKey: KMSAction {
    static let permissions = [Permission<Self>("kms:DescribeKey") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] = [.required("KeyId", .keyID), .optional("GrantTokens", .grantTokens)]

    private let keyID: String
    private let grantTokens: [String]

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        grantTokens = try json.grantTokens()
    }

    func run(in call: Call) async throws -> KeyMetadata {
        try Keys(call).checkGrantTokens(grantTokens)
        return KeyMetadata(described: try await Keys(call).describe(keyID))
    }
}
