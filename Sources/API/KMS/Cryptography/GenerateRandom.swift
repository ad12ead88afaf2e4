import Domain
import Sealing
import Services
import Wire

/// Random bytes.
struct GenerateRandom: KMSAction {
    static let permissions = [Permission<Self>("kms:GenerateRandom")]

    static let members: [JSONMember] =
        [.optional("NumberOfBytes", .numberOfBytes), .optional("CustomKeyStoreId", .keyStoreID)] + JSONMember.recipient

    private let count: Int

    init(from json: JSONReader) throws {
        // The model lets it be absent; KMS does not.
        count = try json["NumberOfBytes"]
        let store: String? = try json["CustomKeyStoreId"]
        guard store == nil else { throw Fault(.kmsUnsupportedOperation, "CustomKeyStoreId: this Ferry has no custom key stores") }
        try json.refuseRecipient()
    }

    func run(in call: Call) async throws -> Answer { Answer(random: .random(count: count)) }

    struct Answer: JSONEncodable {
        let random: SecretBytes

        func write(to json: inout JSONWriter) { json.member("Plaintext", secret: random) }
    }
}
