import Domain
import Services
import Wire

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
