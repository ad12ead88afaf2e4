import Domain
import Services
import Wire

/// Deletes an access key: it signs nothing from then on.
struct DeleteAccessKey: IAMAction {
    static let permissions = [Permission<Self>("iam:DeleteAccessKey") { [try await $1.iamUser($0.userName)] }]

    private let userName: String?
    private let id: String

    init(from query: QueryReader) throws(RequestError) {
        userName = try query.optionalText("UserName", .existingUserName)
        id = try query.text("AccessKeyId", .accessKeyID)
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await UserAccessKeys(call).delete(id, of: userName)
        return XMLEmpty()
    }
}
