import Domain
import Services
import Wire

/// Makes a key the one that what becomes encrypted without naming one is under.
struct ModifyEbsDefaultKmsKeyId: EC2Action {
    private let key: String

    init(from query: QueryReader) throws(RequestError) { key = try query["KmsKeyId"] }

    func check(in call: Call) async throws { try await EncryptionByDefault(call).checkKey(key) }

    func run(in call: Call) async throws -> DefaultKeyAnswer {
        DefaultKeyAnswer(key: try await EncryptionByDefault(call).setKey(key))
    }
}
