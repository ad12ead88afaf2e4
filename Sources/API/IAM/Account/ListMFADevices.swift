import Domain
import Services
import Wire

/// Lists the devices for a second factor of a user. Ferry has none.
struct ListMFADevices: IAMAction {
    static let permissions = [Permission<Self>("iam:ListMFADevices") { [try await $1.iamUser($0.userName)] }]

    private let userName: String?

    init(from query: QueryReader) throws(RequestError) {
        userName = try query.optionalText("UserName", .existingUserName)
        try query.readOnlyPage()
    }

    func run(in call: Call) async throws -> EmptyList { try await EmptyList("MFADevices", of: userName, in: call) }
}
