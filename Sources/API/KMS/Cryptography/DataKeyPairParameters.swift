import Domain
import Services
import Wire

/// What the two ways to make a key pair read alike.
struct DataKeyPairParameters: Sendable {
    let keyID: String
    let spec: KeySpec
    let context: EncryptionContext
    let grantTokens: [String]

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        spec = try json["KeyPairSpec"]
        context = try json.encryptionContext()
        grantTokens = try json.grantTokens()
    }

    func generate(in call: Call, as operation: String) async throws -> DataKeyPair {
        try Keys(call).checkGrantTokens(grantTokens)
        return try await Keys(call).generateDataKeyPair(spec, under: keyID, context: context, as: operation)
    }
}
