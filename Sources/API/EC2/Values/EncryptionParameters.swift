import Domain
import Wire

extension EncryptionRequest {
    /// `Encrypted` and `KmsKeyId` of the copying actions.
    init(from query: QueryReader) throws(RequestError) {
        self.init(isEncrypted: try query["Encrypted"], key: try query["KmsKeyId"])
    }
}
