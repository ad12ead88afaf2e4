import Services
import Wire

/// Forgets a certificate. Images that were registered with it stay.
struct DeleteSigningCertificate: IAMAction {
    static let permissions = [Permission<Self>("iam:DeleteSigningCertificate") { [try await $1.iamUser($0.userName)] }]

    private let userName: String?
    private let id: String

    init(from query: QueryReader) throws(RequestError) {
        userName = try query.optionalText("UserName", .existingUserName)
        id = try query.text("CertificateId", .certificateID)
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await SigningCertificates(call).delete(id, of: userName)
        return XMLEmpty()
    }
}
