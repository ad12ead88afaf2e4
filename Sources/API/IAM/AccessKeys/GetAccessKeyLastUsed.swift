import Domain
import Services
import Wire

/// Tells when and where an access key was last used, to the minute.
struct GetAccessKeyLastUsed: IAMAction {
    static let permissions = [
        Permission<Self>("iam:GetAccessKeyLastUsed") { action, call in
            // Whose it is tells the key alone; of one that is nobody's, nothing is told that a policy could be about.
            do {
                let user = try await UserAccessKeys(call).lastUse(of: action.id).user
                return [user.userID == nil ? call.iamRootUser : try await call.iam(.user, user.userName)]
            } catch is Fault {
                return [call.iam(all: .user, under: nil)]
            }
        }
    ]

    private let id: String

    init(from query: QueryReader) throws(RequestError) { id = try query.text("AccessKeyId", .accessKeyID) }

    func run(in call: Call) async throws -> Answer {
        let (user, use) = try await UserAccessKeys(call).lastUse(of: id)
        return Answer(user: user, use: use)
    }

    struct Answer: XMLEncodable {
        let user: IAMSubject
        let use: AccessKey.Use?

        func write(to xml: inout XMLWriter) {
            xml.element("UserName", user.userName)
            xml.element("AccessKeyLastUsed") { xml in
                xml.element("LastUsedDate", date: use?.date)
                xml.element("ServiceName", use?.service ?? "N/A")
                xml.element("Region", use?.region ?? "N/A")
            }
        }
    }
}
