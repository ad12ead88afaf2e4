import Domain
import Services
import Wire

/// What Sign and Verify read alike.
struct SigningParameters: Sendable {
    private enum MessageType: String, KMSChoice {
        case raw = "RAW"
        case digest = "DIGEST"
    }

    let keyID: String
    let request: SigningRequest
    let grantTokens: [String]

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        let type: MessageType = try json["MessageType"] ?? .raw
        request = SigningRequest(
            message: try json.blob("Message"),
            isDigest: type == .digest,
            algorithm: try json["SigningAlgorithm"]
        )
        grantTokens = try json.grantTokens()
    }
}
