import Domain
import Services
import Wire

/// Lists the passwords of a user for other services. Ferry has none.
struct ListServiceSpecificCredentials: IAMAction {
    static let permissions = [Permission<Self>("iam:ListServiceSpecificCredentials") { [try await $1.iamUser($0.userName)] }]

    private let userName: String?
    /// Of all users at once: the name is of no account then.
    private let isOfAll: Bool

    init(from query: QueryReader) throws(RequestError) {
        userName = try query.optionalText("UserName", .existingUserName)
        isOfAll = try query["AllUsers"] ?? false
        // Whichever service it is, there are none.
        let _: String? = try query["ServiceName"]
        try query.readOnlyPage()
        guard !isOfAll || userName == nil else {
            throw .rejected(code: FaultCode.validationError.rawValue, message: "UserName cannot be given together with AllUsers.")
        }
    }

    func run(in call: Call) async throws -> EmptyList {
        isOfAll ? EmptyList("ServiceSpecificCredentials") : try await EmptyList("ServiceSpecificCredentials", of: userName, in: call)
    }
}
