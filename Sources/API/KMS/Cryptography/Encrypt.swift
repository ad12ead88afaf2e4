import Domain
import Sealing
import Services
import Wire

/// Encrypts up to 4 KiB.
struct Encrypt: KMSAction {
    private let keyID: String
    private let plain: SecretBytes
    private let context: EncryptionContext
    private let algorithm: EncryptionAlgorithm
    private let grantTokens: [String]
    private let isDryRun: Bool

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        plain = try json.secret("Plaintext", 1...CiphertextBlob.plainBytesMax)
        context = try json.encryptionContext()
        algorithm = try json["EncryptionAlgorithm"] ?? .symmetric
        grantTokens = try json.grantTokens()
        isDryRun = try json.isDryRun()
    }

    func run(in call: Call) async throws -> Answer {
        try Keys(call).checkGrantTokens(grantTokens)
        return Answer(
            encrypted: try await Keys(call).encrypt(plain, under: keyID, context: context, algorithm: algorithm, isDryRun: isDryRun)
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
