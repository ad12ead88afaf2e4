/// A KMS key as a server tells about it.
package struct RemoteKey: Hashable, Sendable, Decodable {
    package var id: String
    package var arn: String
    /// `Enabled`, `Disabled`, `PendingDeletion`, and the rarer ones of KMS.
    package var state: String
    /// `AWS` or `CUSTOMER`.
    package var manager: String
    package var spec: String
    package var details: String

    enum CodingKeys: String, CodingKey {
        case id = "KeyId"
        case arn = "Arn"
        case state = "KeyState"
        case manager = "KeyManager"
        case spec = "KeySpec"
        case details = "Description"
    }
}
