import Domain
import Services
import Wire

/// The key that what becomes encrypted without naming one is under.
struct GetEbsDefaultKmsKeyId: EC2Action {
    static let permissions = [Permission<Self>("ec2:GetEbsDefaultKmsKeyId")]

    init(from query: QueryReader) throws(RequestError) {}

    func run(in call: Call) async throws -> DefaultKeyAnswer {
        DefaultKeyAnswer(key: try await EncryptionByDefault(call).key())
    }
}
