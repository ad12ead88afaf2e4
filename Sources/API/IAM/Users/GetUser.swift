import Domain
import Services
import Wire

/// Tells about a user; without a name, about the caller: also about the root user, whom no name leads to.
struct GetUser: IAMAction {
    static let permissions = [Permission<Self>("iam:GetUser") { [try await $1.iamUser($0.name)] }]

    private let name: String?

    init(from query: QueryReader) throws(RequestError) { name = try query.optionalText("UserName", .existingUserName) }

    func run(in call: Call) async throws -> Answer { Answer(found: try await Users(call).describe(name), call: call) }

    struct Answer: XMLEncodable {
        let found: Users.Description
        let call: Call

        func write(to xml: inout XMLWriter) {
            let partition = call.region.partition
            xml.element("User") { xml in
                guard case .user(let user) = found.subject else {
                    xml.element("Path", "/")
                    xml.element("UserName", IAMSubject.rootUserName)
                    xml.element("UserId", call.account.rawValue)
                    xml.element("Arn", call.principal.arn(in: partition))
                    xml.element("CreateDate", date: found.createdAt)
                    return
                }
                xml.write(user: user, in: partition, isWhole: true, passwordUsedAt: found.passwordUsedAt, tags: found.tags)
            }
        }
    }
}
