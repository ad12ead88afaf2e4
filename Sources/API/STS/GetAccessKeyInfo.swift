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
