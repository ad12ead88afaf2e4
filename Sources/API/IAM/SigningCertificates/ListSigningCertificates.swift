import Domain
import Services
import Wire

/// Lists the account's certificates. There are never more than two, so there is never a second page.
struct ListSigningCertificates: IAMAction {
    static let permissions = [Permission<Self>("iam:ListSigningCertificates") { [$1.rootUser] }]

    init(from query: QueryReader) throws(RequestError) {
        let maxItems: Int? = try query["MaxItems"]
        guard (1...1000).contains(maxItems ?? 1) else {
            throw .rejected(code: "ValidationError", message: "MaxItems must be between 1 and 1000")
        }
        let marker: String? = try query["Marker"]
        guard marker == nil else { throw .rejected(code: "InvalidInput", message: "The Marker was not given by this listing") }
    }

    func run(in call: Call) async throws -> Answer { Answer(certificates: try await SigningCertificates(call).list()) }

    struct Answer: XMLEncodable {
        let certificates: [SigningCertificate]

        func write(to xml: inout XMLWriter) {
            xml.element("Certificates") { xml in
                for certificate in certificates { xml.element("member") { $0.write(certificate) } }
            }
            xml.element("IsTruncated", false)
        }
    }
}
