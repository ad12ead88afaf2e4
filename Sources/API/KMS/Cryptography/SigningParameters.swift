import Domain
import Services
import Wire

/// What Sign and Verify read alike.
struct SigningParameters: Sendable {
    private enum MessageType: String, JSONText {
        case raw = "RAW"
        case digest = "DIGEST"
        case externalMu = "EXTERNAL_MU"
    }

    /// Algorithms that KMS has and Ferry has not.
    private static let unsupported: Set<String> = ["SM2DSA", "ML_DSA_SHAKE_256", "ED25519_PH_SHA_512"]

    let keyID: String
    let request: SigningRequest
    let grantTokens: [String]
    let isDryRun: Bool

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        let type: MessageType = try json["MessageType"] ?? .raw
        let name: String = try json["SigningAlgorithm"]
        guard type != .externalMu, !Self.unsupported.contains(name) else {
            throw Fault(.kmsUnsupportedOperation, "This Ferry does not sign with \(name) and the message type \(type.rawValue)")
        }
        request = SigningRequest(
            message: try json.blob("Message", 1...4096),
            isDigest: type == .digest,
            algorithm: try json["SigningAlgorithm"]
        )
        grantTokens = try json.grantTokens()
        isDryRun = try json.isDryRun()
    }
}
