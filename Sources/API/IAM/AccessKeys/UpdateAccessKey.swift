import Domain
import Services
import Wire

/// Lets an access key sign or not.
struct UpdateAccessKey: IAMAction {
    static let permissions = [Permission<Self>("iam:UpdateAccessKey") { [try await $1.iamUser($0.userName)] }]

    private let userName: String?
    private let id: String
    private let status: AccessKey.Status

    init(from query: QueryReader) throws(RequestError) {
        userName = try query.optionalText("UserName", .existingUserName)
        id = try query.text("AccessKeyId", .accessKeyID)
        status = try query.choice("Status")
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await UserAccessKeys(call).set(status, of: id, of: userName)
        return XMLEmpty()
    }
}
