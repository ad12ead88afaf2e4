import Domain
import Services
import Wire

/// Checks the code of a message; a wrong one is an error, not an answer.
struct VerifyMac: KMSAction {
    static let permissions = [Permission<Self>("kms:VerifyMac") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] = [
        .required("Message", .plaintext), .required("KeyId", .keyID), .required("MacAlgorithm", .macAlgorithm),
        .required("Mac", .ciphertext), .optional("GrantTokens", .grantTokens), .optional("DryRun", .boolean),
    ]

    private let keyID: String
    private let message: [UInt8]
    private let mac: [UInt8]
    private let algorithm: MACAlgorithm
    private let grantTokens: [String]

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        message = try json.blob("Message")
        mac = try json.blob("Mac")
        algorithm = try json["MacAlgorithm"]
        grantTokens = try json.grantTokens()
    }

    func run(in call: Call) async throws -> Answer {
        try Keys(call).checkGrantTokens(grantTokens)
        let key = try await Keys(call).verifyMAC(mac, of: message, algorithm, under: keyID)
        return Answer(key: key, algorithm: algorithm)
    }

    struct Answer: JSONEncodable {
        let key: KMSKey
        let algorithm: MACAlgorithm

        func write(to json: inout JSONWriter) {
            json.member("KeyId", key.arn)
            json.member("MacValid", true)
            json.member("MacAlgorithm", algorithm.rawValue)
        }
    }
}
