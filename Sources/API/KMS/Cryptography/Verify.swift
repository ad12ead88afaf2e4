import Domain
import Services
import Wire

/// Checks a signature; a wrong one is an error, not an answer.
struct Verify: KMSAction {
    static let permissions = [Permission<Self>("kms:Verify") { [try await $1.key($0.parameters.keyID)] }]

    static let members: [JSONMember] = [
        .required("KeyId", .keyID), .required("Message", .plaintext), .optional("MessageType", .messageType),
        .required("Signature", .ciphertext), .required("SigningAlgorithm", .signingAlgorithm), .optional("GrantTokens", .grantTokens),
        .optional("DryRun", .boolean),
    ]

    private let parameters: SigningParameters
    private let signature: [UInt8]

    init(from json: JSONReader) throws {
        parameters = try SigningParameters(from: json)
        signature = try json.blob("Signature")
    }

    func run(in call: Call) async throws -> Answer {
        try Keys(call).checkGrantTokens(parameters.grantTokens)
        let key = try await Keys(call).verify(signature, of: parameters.request, under: parameters.keyID)
        return Answer(key: key, algorithm: parameters.request.algorithm)
    }

    struct Answer: JSONEncodable {
        let key: KMSKey
        let algorithm: SigningAlgorithm

        func write(to json: inout JSONWriter) {
            json.member("KeyId", key.arn)
            json.member("SignatureValid", true)
            json.member("SigningAlgorithm", algorithm.rawValue)
        }
    }
}
