import Domain
import Services
import Wire

/// Leaves it to each call whether what it makes is encrypted.
struct DisableEbsEncryptionByDefault: EC2Action {
    static let permissions = [Permission<Self>("ec2:DisableEbsEncryptionByDefault")]

    init(from query: QueryReader) throws(RequestError) {}

    func run(in call: Call) async throws -> EncryptionByDefaultAnswer {
        try await EncryptionByDefault(call).turn(on: false)
        return EncryptionByDefaultAnswer(isOn: false)
    }
}
