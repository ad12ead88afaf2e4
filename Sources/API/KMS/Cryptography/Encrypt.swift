import Domain
import Sealing
import Services
import Wire

/// Encrypts up to 4 KiB.
struct Encrypt: KMSAction {
    static let permissions = [Permission<Self>("kms:Encrypt") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] = [
        .required("KeyId", .keyID), .required("Plaintext", .plaintext), .optional("EncryptionContext", .map),
        .optional("GrantTokens", .grantTokens), .optional("EncryptionAlgorithm", .encryptionAlgorithm), .optional("DryRun", .boolean),
    ]

    private let keyID: String
    private let plain: SecretBytes
    private let context: EncryptionContext
    private let algorithm: EncryptionAlgorithm
    private let grantTokens: [String]

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        plain = try json.secret("Plaintext")
        context = try json.encryptionContext()
        algorithm = try json["EncryptionAlgorithm"] ?? .symmetric
        grantTokens = try json.grantTokens()
    }

    func run(in call: Call) async throws -> Answer {
        try Keys(call).checkGrantTokens(grantTokens)
        return Answer(
            encrypted: try await Keys(call).encrypt(plain, under: keyID, context: context, algorithm: algorithm)
        )
    }

    struct Answer: JSONEncodable {
        let encrypted: Encrypted

        func write(to json: inout JSONWriter) {
            json.member("CiphertextBlob", blob: encrypted.ciphertext)
            json.member("KeyId", encrypted.key.arn)
            json.member("EncryptionAlgorithm", encrypted.algorithm.rawValue)
        }
    }
}
