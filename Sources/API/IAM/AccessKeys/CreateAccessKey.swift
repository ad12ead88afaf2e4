import Domain
import Services
import Wire

/// Makes an access key of a user. Its secret is told this once.
struct CreateAccessKey: IAMAction {
    static let permissions = [Permission<Self>("iam:CreateAccessKey") { [try await $1.iamUser($0.userName)] }]

    private let userName: String?

    init(from query: QueryReader) throws(RequestError) { userName = try query.optionalText("UserName", .existingUserName) }

    func run(in call: Call) async throws -> Answer {
        let (user, key, secret) = try await UserAccessKeys(call).create(for: userName)
        return Answer(user: user, key: key, secret: secret)
    }

    struct Answer: XMLEncodable {
        let user: IAMSubject
        let key: AccessKey
        let secret: String

        func write(to xml: inout XMLWriter) {
            xml.element("AccessKey") { xml in
                xml.write(key, of: user)
                xml.element("SecretAccessKey", secret)
            }
        }
    }
}
