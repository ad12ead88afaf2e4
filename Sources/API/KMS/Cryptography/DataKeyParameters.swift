import Domain
import Services
import Wire

/// What the two ways to make a data key read alike.
struct DataKeyParameters: Sendable {
    private enum Spec: String, JSONText {
        case aes256 = "AES_256"
        case aes128 = "AES_128"
    }

    let keyID: String
    let length: Keys.DataKeyLength
    let context: EncryptionContext
    let grantTokens: [String]

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        context = try json.encryptionContext()
        grantTokens = try json.grantTokens()
        let (spec, count): (Spec?, Int?) = (try json["KeySpec"], try json["NumberOfBytes"])
        switch (spec, count) {
        case (.aes256, nil): length = .aes256
        case (.aes128, nil): length = .aes128
        case (nil, let count?): length = .bytes(count)
        default: throw Fault(.validationException, "Please specify either number of bytes or key spec.")
        }
    }

    func generate(in call: Call, as operation: String) async throws -> DataKey {
        try Keys(call).checkGrantTokens(grantTokens)
        return try await Keys(call).generateDataKey(length, under: keyID, context: context, as: operation)
    }
}
