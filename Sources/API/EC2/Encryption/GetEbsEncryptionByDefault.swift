import Domain
import Services
import Wire

/// Whether all that the account makes in the Region becomes encrypted.
struct GetEbsEncryptionByDefault: EC2Action {
    static let permissions = [Permission<Self>("ec2:GetEbsEncryptionByDefault")]

    init(from query: QueryReader) throws(RequestError) {}

    func run(in call: Call) async throws -> EncryptionByDefaultAnswer {
        EncryptionByDefaultAnswer(isOn: try await EncryptionByDefault(call).isOn())
    }
}
