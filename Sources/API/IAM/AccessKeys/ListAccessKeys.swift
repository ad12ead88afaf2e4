import Domain
import Services
import Wire

/// Lists the access keys of a user. There are never more than two, so there is never a second page.
struct ListAccessKeys: IAMAction {
    static let permissions = [Permission<Self>("iam:ListAccessKeys") { [try await $1.iamUser($0.userName)] }]

    private let userName: String?

    init(from query: QueryReader) throws(RequestError) {
        userName = try query.optionalText("UserName", .existingUserName)
        try query.readOnlyPage()
    }

    func run(in call: Call) async throws -> Answer {
        let (user, keys) = try await UserAccessKeys(call).list(of: userName)
        return Answer(user: user, keys: keys)
    }

    struct Answer: XMLEncodable {
        let user: IAMSubject
        let keys: [AccessKey]

        func write(to xml: inout XMLWriter) {
            xml.members("AccessKeyMetadata", keys) { $0.write($1, of: user) }
            xml.element("IsTruncated", false)
        }
    }
}
