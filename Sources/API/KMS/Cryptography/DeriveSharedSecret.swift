import Domain
import Sealing
import Services
import Wire

/// The secret that a key shares with another one, whose public half is given (ECDH).
struct DeriveSharedSecret: KMSAction {
    static let permissions = [Permission<Self>("kms:DeriveSharedSecret") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] =
        [
            .required("KeyId", .keyID), .required("KeyAgreementAlgorithm", .keyAgreementAlgorithm), .required("PublicKey", .publicKey),
            .optional("GrantTokens", .grantTokens), .optional("DryRun", .boolean),
        ] + JSONMember.recipient

    private let keyID: String
    private let algorithm: KeyAgreementAlgorithm
    private let publicKey: [UInt8]
    private let grantTokens: [String]

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        algorithm = try json["KeyAgreementAlgorithm"]
        publicKey = try json.blob("PublicKey")
        grantTokens = try json.grantTokens()
        try json.refuseRecipient()
    }

    func run(in call: Call) async throws -> Answer {
        try Keys(call).checkGrantTokens(grantTokens)
        let (key, secret) = try await Keys(call).deriveSharedSecret(with: publicKey, under: keyID)
        return Answer(key: key, secret: secret, algorithm: algorithm)
    }

    struct Answer: JSONEncodable {
        let key: KMSKey
        let secret: SecretBytes
        let algorithm: KeyAgreementAlgorithm

        func write(to json: inout JSONWriter) {
            json.member("KeyId", key.arn)
            json.member("SharedSecret", secret: secret)
            json.member("KeyAgreementAlgorithm", algorithm.rawValue)
            json.member("KeyOrigin", "AWS_KMS")
        }
    }
}
