import Domain
import Services
import Wire

/// Makes a certificate count or not.
struct UpdateSigningCertificate: IAMAction {
    static let permissions = [Permission<Self>("iam:UpdateSigningCertificate") { [try await $1.iamUser($0.userName)] }]

    private let userName: String?
    private let id: String
    private let status: SigningCertificate.Status

    init(from query: QueryReader) throws(RequestError) {
        userName = try query.optionalText("UserName", .existingUserName)
        id = try query.text("CertificateId", .certificateID)
        status = try query.choice("Status")
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await SigningCertificates(call).set(status, of: id, userName: userName)
        return XMLEmpty()
    }
}
