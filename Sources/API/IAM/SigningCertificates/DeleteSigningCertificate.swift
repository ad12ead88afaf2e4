import Services
import Wire

/// Forgets a certificate. Images that were registered with it stay.
struct DeleteSigningCertificate: IAMAction {
    static let permissions = [Permission<Self>("iam:DeleteSigningCertificate") { [$1.rootUser] }]

    private let id: String

    init(from query: QueryReader) throws(RequestError) { id = try query["CertificateId"] }

    func run(in call: Call) async throws -> XMLEmpty {
        try await SigningCertificates(call).delete(id)
        return XMLEmpty()
    }
}
