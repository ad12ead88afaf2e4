import Domain
import Services
import Wire

/// Lists a user's certificates. There are never more than two, so there is never a second page.
struct ListSigningCertificates: IAMAction {
    static let permissions = [Permission<Self>("iam:ListSigningCertificates") { [try await $1.iamUser($0.userName)] }]

    private let userName: String?

    init(from query: QueryReader) throws(RequestError) {
        userName = try query.optionalText("UserName", .existingUserName)
        try query.readOnlyPage()
    }

    func run(in call: Call) async throws -> Answer {
        let (user, certificates) = try await SigningCertificates(call).list(of: userName)
        return Answer(user: user, certificates: certificates)
    }

    struct Answer: XMLEncodable {
        let user: IAMSubject
        let certificates: [SigningCertificate]

        func write(to xml: inout XMLWriter) {
            xml.members("Certificates", certificates) { $0.write($1, of: user) }
            xml.element("IsTruncated", false)
        }
    }
}
