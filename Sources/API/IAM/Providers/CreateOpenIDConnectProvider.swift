import Domain
import Services
import Wire

/// Takes tokens of a provider for credentials from now on.
struct CreateOpenIDConnectProvider: IAMAction {
    static let permissions = [
        Permission<Self>("iam:CreateOpenIDConnectProvider") { [$0.resource(in: $1)] },
        Permission<Self>("iam:TagOpenIDConnectProvider") { $0.tags.isEmpty ? [] : [$0.resource(in: $1)] },
    ]

    private let url: String
    private let clientIDs: [String]
    private let thumbprints: [String]
    private let tags: [Tag]

    init(from query: QueryReader) throws(RequestError) {
        url = try query.text("Url", .providerURL)
        clientIDs = try query.texts("ClientIDList", .clientID, count: 0...1000)
        thumbprints = try query.thumbprints
        tags = try query.tags
    }

    private func resource(in call: Call) -> PolicyResource {
        let name = OpenIDProvider.url(of: url) ?? "*"
        return call.provider("arn:\(call.region.partition):iam::\(call.account):oidc-provider/\(name)")
    }

    func run(in call: Call) async throws -> Answer {
        let provider = try await OpenIDProviders(call).create(url, clientIDs: clientIDs, thumbprints: thumbprints, tags: tags)
        return Answer(arn: provider.arn(in: call.region.partition), tags: tags)
    }

    struct Answer: XMLEncodable {
        let arn: String
        let tags: [Tag]

        func write(to xml: inout XMLWriter) {
            xml.element("OpenIDConnectProviderArn", arn)
            xml.write(tags)
        }
    }
}

struct DeleteOpenIDConnectProvider: IAMAction {
    static let permissions = [Permission<Self>("iam:DeleteOpenIDConnectProvider") { [$1.provider($0.arn)] }]

    private let arn: String

    init(from query: QueryReader) throws(RequestError) { arn = try query.providerARN }

    func run(in call: Call) async throws -> XMLEmpty {
        try await OpenIDProviders(call).delete(arn)
        return XMLEmpty()
    }
}
