import Domain
import Services
import Wire

/// Makes `alias/aws/ebs` the default key again.
struct ResetEbsDefaultKmsKeyId: EC2Action {
    static let permissions = [Permission<Self>("ec2:ResetEbsDefaultKmsKeyId")]

    init(from query: QueryReader) throws(RequestError) {}

    func run(in call: Call) async throws -> DefaultKeyAnswer {
        DefaultKeyAnswer(key: try await EncryptionByDefault(call).resetKey())
    }
}
