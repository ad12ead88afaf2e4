import Domain
import Services
import Wire

/// The public half of an asymmetric key.
struct GetPublicKey: KMSAction {
    static let permissions = [Permission<Self>("kms:GetPublicKey") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] = [.required("KeyId", .keyID), .optional("GrantTokens", .grantTokens)]

    private let keyID: String
    private let grantTokens: [String]

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        grantTokens = try json.grantTokens()
    }

    func run(in call: Call) async throws -> Answer {
        try Keys(call).checkGrantTokens(grantTokens)
        let (key, der) = try await Keys(call).publicKey(of: keyID)
        return Answer(key: key, der: der)
    }

    struct Answer: JSONEncodable {
        let key: KMSKey
        let der: [UInt8]

        func write(to json: inout JSONWriter) {
            json.member("KeyId", key.arn)
            json.member("PublicKey", blob: der)
            json.member("CustomerMasterKeySpec", key.spec.rawValue)
            json.member("KeySpec", key.spec.rawValue)
            json.member("KeyUsage", key.usage.rawValue)
            key.spec.writeAlgorithms(for: key.usage, to: &json)
        }
    }
}
