import Domain
import Services
import Wire

struct GetOpenIDConnectProvider: IAMAction {
    static let permissions = [Permission<Self>("iam:GetOpenIDConnectProvider") { [$1.provider($0.arn)] }]

    private let arn: String

    init(from query: QueryReader) throws(RequestError) { arn = try query.providerARN }

    func run(in call: Call) async throws -> Answer {
        let (provider, tags) = try await OpenIDProviders(call).describe(arn)
        return Answer(provider: provider, tags: tags)
    }

    struct Answer: XMLEncodable {
        let provider: OpenIDProvider
        let tags: [Tag]

        func write(to xml: inout XMLWriter) {
            xml.element("Url", provider.url)
            xml.list("ClientIDList", provider.clientIDs, item: "member")
            xml.list("ThumbprintList", provider.thumbprints, item: "member")
            xml.element("CreateDate", date: provider.createdAt)
            xml.write(tags)
        }
    }
}

struct ListOpenIDConnectProviders: IAMAction {
    static let permissions = [Permission<Self>("iam:ListOpenIDConnectProviders")]

    init(from query: QueryReader) throws(RequestError) {}

    func run(in call: Call) async throws -> Answer {
        Answer(arns: try await OpenIDProviders(call).list().map { $0.arn(in: call.region.partition) })
    }

    struct Answer: XMLEncodable {
        let arns: [String]

        func write(to xml: inout XMLWriter) { xml.members("OpenIDConnectProviderList", arns) { $0.element("Arn", $1) } }
    }
}
