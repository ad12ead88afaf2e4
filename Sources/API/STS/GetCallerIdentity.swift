import Domain
import Services
import Wire

/// Tells the caller who it is.
struct GetCallerIdentity: XMLEncodable {
    static let name = "GetCallerIdentity"

    let call: Call

    func write(to xml: inout XMLWriter) {
        xml.element("Arn", call.principal.arn(in: call.region.partition))
        xml.element("UserId", call.account.rawValue)
        xml.element("Account", call.account.rawValue)
    }
}
