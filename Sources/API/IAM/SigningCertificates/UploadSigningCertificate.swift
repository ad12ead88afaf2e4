import Domain
import Services
import Wire

/// Takes in a certificate whose key the account signs bundles with. From then on RegisterImage refuses bundles that are not signed so.
struct UploadSigningCertificate: IAMAction {
    private let body: String

    init(from query: QueryReader) throws(RequestError) {
        body = try query["CertificateBody"]
        guard body.unicodeScalars.count <= SigningCertificate.bodyLengthMax else {
            let message = "CertificateBody must have at most \(SigningCertificate.bodyLengthMax) characters"
            throw .rejected(code: "ValidationError", message: message)
        }
    }

    func run(in call: Call) async throws -> Answer {
        Answer(certificate: try await SigningCertificates(call).upload(body))
    }

    struct Answer: XMLEncodable {
        let certificate: SigningCertificate

        func write(to xml: inout XMLWriter) { xml.element("Certificate") { $0.write(certificate) } }
    }
}
