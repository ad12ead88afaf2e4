import Domain
import Services
import Wire

/// Tells the account of an access key.
struct GetAccessKeyInfo: QueryAction {
    static let namespace = STSService.namespace
    static let permissions = [Permission<Self>("sts:GetAccessKeyInfo")]

    private let id: String

    init(from query: QueryReader) throws(RequestError) { id = try query.text("AccessKeyId", .accessKeyID) }

    func run(in call: Call) async throws -> Answer { Answer(account: try await SecurityTokens(call).account(ofAccessKey: id)) }

    struct Answer: XMLEncodable {
        let account: AccountID

        func write(to xml: inout XMLWriter) { xml.element("Account", account.rawValue) }
    }
}

/// Tells why a call was refused, to whoever may know it.
struct DecodeAuthorizationMessage: QueryAction {
    static let namespace = STSService.namespace
    static let permissions = [Permission<Self>("sts:DecodeAuthorizationMessage")]

    private let message: String

    init(from query: QueryReader) throws(RequestError) { message = try query.text("EncodedMessage", .encodedMessage) }

    func run(in call: Call) throws -> Answer {
        guard let document = AuthorizationMessage.open(message, for: call.account, by: call.deployment.tokens) else {
            throw Fault(.invalidAuthorizationMessage, "Message is not valid")
        }
        return Answer(document: document)
    }

    struct Answer: XMLEncodable {
        let document: String

        func write(to xml: inout XMLWriter) { xml.element("DecodedMessage", document) }
    }
}
