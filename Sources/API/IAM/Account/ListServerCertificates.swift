import Domain
import Services
import Wire

/// Lists the certificates of servers that the account has given to IAM. Ferry takes none: nothing here would serve them.
struct ListServerCertificates: IAMAction {
    static let permissions = [Permission<Self>("iam:ListServerCertificates")]

    init(from query: QueryReader) throws(RequestError) {
        // Below whatever path, there are none.
        _ = try query.optionalText("PathPrefix", .pathPrefix)
        try query.readOnlyPage()
    }

    func run(in call: Call) async throws -> EmptyList { EmptyList("ServerCertificateMetadataList") }
}

/// Lists the SAML providers of the account. Ferry has none: it trusts OpenID Connect providers alone.
struct ListSAMLProviders: IAMAction {
    static let permissions = [Permission<Self>("iam:ListSAMLProviders")]

    init(from query: QueryReader) {}

    func run(in call: Call) async throws -> Answer { Answer() }

    struct Answer: XMLEncodable {
        func write(to xml: inout XMLWriter) { xml.members("SAMLProviderList", [Int]()) { _, _ in } }
    }
}
