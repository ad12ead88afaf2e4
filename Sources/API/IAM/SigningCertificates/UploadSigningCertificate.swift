import Domain
import Services
import Wire

/// Takes in a certificate whose key a user signs bundles with. From then on RegisterImage refuses bundles that are not signed so.
struct UploadSigningCertificate: IAMAction {
    static let permissions = [Permission<Self>("iam:UploadSigningCertificate") { [try await $1.iamUser($0.userName)] }]

    private let userName: String?
    private let body: String

    init(from query: QueryReader) throws(RequestError) {
        userName = try query.optionalText("UserName", .existingUserName)
        body = try query.text("CertificateBody", .certificateBody)
    }

    func run(in call: Call) async throws -> Answer {
        let (user, certificate) = try await SigningCertificates(call).upload(body, of: userName)
        return Answer(user: user, certificate: certificate)
    }

    struct Answer: XMLEncodable {
        let user: IAMSubject
        let certificate: SigningCertificate

        func write(to xml: inout XMLWriter) { xml.element("Certificate") { $0.write(certificate, of: user) } }
    }
}
