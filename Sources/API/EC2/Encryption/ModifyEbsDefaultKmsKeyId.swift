import Domain
import Services
import Wire

/// Makes a key the one that what becomes encrypted without naming one is under.
struct ModifyEbsDefaultKmsKeyId: EC2Action {
    static let permissions = [Permission<Self>("ec2:ModifyEbsDefaultKmsKeyId")]

    private let key: String

    init(from query: QueryReader) throws(RequestError) { key = try query["KmsKeyId"] }

    func run(in call: Call) async throws -> DefaultKeyAnswer {
        DefaultKeyAnswer(key: try await EncryptionByDefault(call).setKey(key))
    }
}
