import Domain
import Sealing
import Services
import Wire

/// Opens what `Encrypt` or `GenerateDataKey` sealed. The blob tells the key.
struct Decrypt: KMSAction {
    static let permissions = [Permission<Self>("kms:Decrypt") { [try await $1.key(of: $0.ciphertext)] }]

    static let members: [JSONMember] = [
        .optional("CiphertextBlob", .ciphertext), .optional("EncryptionContext", .map), .optional("GrantTokens", .grantTokens),
        .optional("KeyId", .keyID), .optional("EncryptionAlgorithm", .encryptionAlgorithm), .optional("Recipient", .recipient),
        .optional("DryRun", .boolean), .optional("DryRunModifiers", .dryRunModifiers),
    ]

    private let ciphertext: Ciphertext
    private let grantTokens: [String]

    init(from json: JSONReader) throws {
        ciphertext = Ciphertext(
            bytes: try json.blob("CiphertextBlob"),
            context: try json.encryptionContext(),
            key: try json["KeyId"],
            algorithm: try json["EncryptionAlgorithm"] ?? .symmetric
        )
        try json.refuseRecipient()
        grantTokens = try json.grantTokens()
    }

    func run(in call: Call) async throws -> Answer {
        try Keys(call).checkGrantTokens(grantTokens)
        return Answer(decrypted: try await Keys(call).decrypt(ciphertext))
    }

    struct Answer: JSONEncodable {
        let decrypted: Decrypted

        func write(to json: inout JSONWriter) {
            json.member("KeyId", decrypted.key.arn)
            json.member("Plaintext", secret: decrypted.plain)
            json.member("EncryptionAlgorithm", decrypted.algorithm.rawValue)
            json.member("KeyMaterialId", decrypted.materialID)
        }
    }
}
