import Domain
import Services
import Wire

/// Makes a certificate count or not.
struct UpdateSigningCertificate: IAMAction {
    static let permissions = [Permission<Self>("iam:UpdateSigningCertificate") { [$1.rootUser] }]

    private let id: String
    private let status: SigningCertificate.Status

    init(from query: QueryReader) throws(RequestError) {
        id = try query["CertificateId"]
        let text: String = try query["Status"]
        guard let status = SigningCertificate.Status(rawValue: text) else {
            throw .rejected(code: "ValidationError", message: "Status must be Active or Inactive, not '\(text.prefix(32))'")
        }
        self.status = status
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await SigningCertificates(call).set(status, of: id)
        return XMLEmpty()
    }
}
