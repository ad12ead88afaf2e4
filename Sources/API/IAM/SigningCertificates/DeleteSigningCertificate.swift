import Services
import Wire

/// Forgets a certificate. Images that were registered with it stay.
struct DeleteSigningCertificate: QueryAction {
    private let id: String

    init(from query: QueryReader) throws(RequestError) { id = try query["CertificateId"] }

    func run(in call: Call) async throws -> XMLEmpty {
        try await SigningCertificates(call).delete(id)
        return XMLEmpty()
    }
}
