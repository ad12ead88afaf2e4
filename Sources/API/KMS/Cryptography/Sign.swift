import Domain
import Services
import Wire

/// Signs a message, or its digest.
struct Sign: KMSAction {
    static let permissions = [Permission<Self>("kms:Sign") { [try await $1.key($0.parameters.keyID)] }]

    static let members: [JSONMember] = [
        .required("KeyId", .keyID), .required("Message", .plaintext), .optional("MessageType", .messageType),
        .optional("GrantTokens", .grantTokens), .required("SigningAlgorithm", .signingAlgorithm), .optional("DryRun", .boolean),
    ]

    private let parameters: SigningParameters

    init(from json: JSONReader) throws { parameters = try SigningParameters(from: json) }

    func run(in call: Call) async throws -> Answer {
        try Keys(call).checkGrantTokens(parameters.grantTokens)
        let (key, signature) = try await Keys(call).sign(parameters.request, under: parameters.keyID)
        return Answer(key: key, signature: signature, algorithm: parameters.request.algorithm)
    }

    struct Answer: JSONEncodable {
        let key: KMSKey
        let signature: [UInt8]
        let algorithm: SigningAlgorithm

        func write(to json: inout JSONWriter) {
            json.member("KeyId", key.arn)
            json.member("Signature", blob: signature)
            json.member("SigningAlgorithm", algorithm.rawValue)
        }
    }
}
