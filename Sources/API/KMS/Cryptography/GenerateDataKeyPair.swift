import Domain
import Services
import Wire

/// A new key pair: its public half, and its private half in the open and wrapped.
struct GenerateDataKeyPair: KMSAction {
    static let permissions = [Permission<Self>("kms:GenerateDataKeyPair") { [try await $1.key($0.parameters.keyID)] }]

    static let members: [JSONMember] = JSONMember.dataKeyPair + JSONMember.recipient

    private let parameters: DataKeyPairParameters

    init(from json: JSONReader) throws {
        parameters = try DataKeyPairParameters(from: json)
        try json.refuseRecipient()
    }

    func run(in call: Call) async throws -> Answer {
        Answer(pair: try await parameters.generate(in: call, as: Self.name), spec: parameters.spec.rawValue)
    }

    struct Answer: JSONEncodable {
        let pair: DataKeyPair
        let spec: String

        func write(to json: inout JSONWriter) {
            json.member("PrivateKeyCiphertextBlob", blob: pair.wrapped)
            json.member("PrivateKeyPlaintext", secret: pair.plain)
            json.member("PublicKey", blob: pair.publicKey)
            json.member("KeyId", pair.key.arn)
            json.member("KeyPairSpec", spec)
            json.member("KeyMaterialId", pair.materialID)
        }
    }
}
