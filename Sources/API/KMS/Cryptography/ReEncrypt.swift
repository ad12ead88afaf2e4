import Domain
import Sealing
import Services
import Wire

/// Puts a ciphertext under another key or context; the caller never sees what is in it.
struct ReEncrypt: KMSAction {
    static let permissions = [
        Permission<Self>("kms:ReEncryptFrom") { [try await $1.key(of: $0.source)] }
            .adding { try await $0.facts($0.source.context, $0.source.algorithm, in: $1) },
        Permission<Self>("kms:ReEncryptTo") { [try await $1.key($0.keyID)] }
            .adding { try await $0.facts($0.context, $0.algorithm, in: $1) },
    ]

    static let members: [JSONMember] = [
        .optional("CiphertextBlob", .ciphertext), .optional("SourceEncryptionContext", .map), .optional("SourceKeyId", .keyID),
        .required("DestinationKeyId", .keyID), .optional("DestinationEncryptionContext", .map),
        .optional("SourceEncryptionAlgorithm", .encryptionAlgorithm), .optional("DestinationEncryptionAlgorithm", .encryptionAlgorithm),
        .optional("GrantTokens", .grantTokens), .optional("DryRun", .boolean), .optional("DryRunModifiers", .dryRunModifiers),
    ]

    private let source: Ciphertext
    private let keyID: String
    private let context: EncryptionContext
    private let algorithm: EncryptionAlgorithm
    private let grantTokens: [String]

    init(from json: JSONReader) throws {
        source = Ciphertext(
            bytes: try json.blob("CiphertextBlob"),
            context: try json.encryptionContext("SourceEncryptionContext"),
            key: try json["SourceKeyId"],
            algorithm: try json["SourceEncryptionAlgorithm"] ?? .symmetric
        )
        keyID = try json.keyID("DestinationKeyId")
        context = try json.encryptionContext("DestinationEncryptionContext")
        algorithm = try json["DestinationEncryptionAlgorithm"] ?? .symmetric
        grantTokens = try json.grantTokens()
    }

    /// Each half has an encryption context and an algorithm of its own.
    private func facts(_ context: EncryptionContext, _ algorithm: EncryptionAlgorithm, in call: Call) async throws -> ConditionFacts {
        var facts: ConditionFacts = [:]
        let isSameKey = try await call.key(of: source) == call.key(keyID)
        facts.set("kms:reencryptonsamekey", String(isSameKey))
        facts.set("kms:encryptionalgorithm", algorithm.rawValue)
        for pair in context.pairs {
            facts.addEncryptionContext(String(decoding: pair.key, as: UTF8.self), String(decoding: pair.value, as: UTF8.self))
        }
        return facts
    }

    func run(in call: Call) async throws -> Answer {
        try Keys(call).checkGrantTokens(grantTokens)
        let (opened, sealed) = try await Keys(call).reEncrypt(
            source,
            under: keyID,
            context: context,
            algorithm: algorithm
        )
        return Answer(source: opened, destination: sealed)
    }

    struct Answer: JSONEncodable {
        let source: Decrypted
        let destination: Encrypted

        func write(to json: inout JSONWriter) {
            json.member("CiphertextBlob", blob: destination.ciphertext)
            json.member("SourceKeyId", source.key.arn)
            json.member("KeyId", destination.key.arn)
            json.member("SourceEncryptionAlgorithm", source.algorithm.rawValue)
            json.member("DestinationEncryptionAlgorithm", destination.algorithm.rawValue)
            json.member("SourceKeyMaterialId", source.materialID)
            json.member("DestinationKeyMaterialId", destination.materialID)
        }
    }
}
