import Domain
import Services
import Wire

/// What the two ways to make a key pair read alike.
struct DataKeyPairParameters: Sendable {
    let keyID: String
    let spec: KeySpec
    let context: EncryptionContext
    let grantTokens: [String]
    let isDryRun: Bool

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        let name: String = try json["KeyPairSpec"]
        spec = try KeySpec(named: name, member: "KeyPairSpec")
        guard !spec.isSymmetric else { throw RequestError.invalid("KeyPairSpec", name, "The value is not one of those allowed") }
        context = try json.encryptionContext()
        grantTokens = try json.grantTokens()
        isDryRun = try json.isDryRun()
    }

    func generate(in call: Call, as operation: String) async throws -> DataKeyPair {
        try Keys(call).checkGrantTokens(grantTokens)
        return try await Keys(call).generateDataKeyPair(spec, under: keyID, context: context, as: operation, isDryRun: isDryRun)
    }
}
