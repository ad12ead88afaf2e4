import Domain
import Services
import Wire

/// Takes in a certificate whose key the account signs bundles with. From then on RegisterImage refuses bundles that are not signed so.
struct UploadSigningCertificate: IAMAction {
    static let permissions = [Permission<Self>("iam:UploadSigningCertificate") { [$1.rootUser] }]

    private let body: String

    init(from query: QueryReader) throws(RequestError) {
        body = try query["CertificateBody"]
        guard body.unicodeScalars.count <= SigningCertificate.bodyLengthMax else {
            let message = "CertificateBody must have at most \(SigningCertificate.bodyLengthMax) characters"
            throw .rejected(code: "ValidationError", message: message)
        }
        // IAM's pattern: tabs, line breaks, and what Latin-1 has behind them.
        guard body.unicodeScalars.allSatisfy({ ["\t", "\n", "\r"].contains($0) || (0x20...0xFF).contains($0.value) }) else {
            throw .rejected(code: "ValidationError", message: "CertificateBody has characters that no certificate in PEM has")
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
