import Domain
import Services
import Wire

/// Lists the keys for SSH of a user. Ferry has none: there is nothing that they would open.
struct ListSSHPublicKeys: IAMAction {
    static let permissions = [Permission<Self>("iam:ListSSHPublicKeys") { [try await $1.iamUser($0.userName)] }]

    private let userName: String?

    init(from query: QueryReader) throws(RequestError) {
        userName = try query.optionalText("UserName", .existingUserName)
        try query.readOnlyPage()
    }

    func run(in call: Call) async throws -> EmptyList { try await EmptyList("SSHPublicKeys", of: userName, in: call) }
}
