import Domain
import Services
import Wire

/// A code that authenticates a message (HMAC).
struct GenerateMac: KMSAction {
    static let permissions = [Permission<Self>("kms:GenerateMac") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] = [
        .required("Message", .plaintext), .required("KeyId", .keyID), .required("MacAlgorithm", .macAlgorithm),
        .optional("GrantTokens", .grantTokens), .optional("DryRun", .boolean),
    ]

    private let keyID: String
    private let message: [UInt8]
    private let algorithm: MACAlgorithm
    private let grantTokens: [String]

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        message = try json.blob("Message")
        algorithm = try json["MacAlgorithm"]
        grantTokens = try json.grantTokens()
    }

    func run(in call: Call) async throws -> Answer {
        try Keys(call).checkGrantTokens(grantTokens)
        let (key, mac) = try await Keys(call).generateMAC(of: message, algorithm, under: keyID)
        return Answer(key: key, mac: mac, algorithm: algorithm)
    }

    struct Answer: JSONEncodable {
        let key: KMSKey
        let mac: [UInt8]
        let algorithm: MACAlgorithm

        func write(to json: inout JSONWriter) {
            json.member("Mac", blob: mac)
            json.member("MacAlgorithm", algorithm.rawValue)
            json.member("KeyId", key.arn)
        }
    }
}
