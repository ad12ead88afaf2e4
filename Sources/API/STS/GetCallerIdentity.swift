import Domain
import Services
import Wire

/// Tells the caller who it is.
struct GetCallerIdentity: QueryAction {
    static let namespace = STSService.namespace
    static let permissions = [Permission<Self>.everybodys("sts:GetCallerIdentity")]

    init(from query: QueryReader) {}

    func run(in call: Call) async throws -> Answer { Answer(call: call) }

    struct Answer: XMLEncodable {
        let call: Call

        func write(to xml: inout XMLWriter) {
            xml.element("Arn", call.principal.arn(in: call.region.partition))
            xml.element("UserId", call.principal.userID)
            xml.element("Account", call.account.rawValue)
        }
    }
}
