import Domain
import Services
import Wire

/// Has all that the account makes in the Region encrypted from now on (docs/behaviour/encryption.md, "Defaults of an account").
struct EnableEbsEncryptionByDefault: EC2Action {
    static let permissions = [Permission<Self>("ec2:EnableEbsEncryptionByDefault")]

    init(from query: QueryReader) throws(RequestError) {}

    func run(in call: Call) async throws -> EncryptionByDefaultAnswer {
        try await EncryptionByDefault(call).turn(on: true)
        return EncryptionByDefaultAnswer(isOn: true)
    }
}
