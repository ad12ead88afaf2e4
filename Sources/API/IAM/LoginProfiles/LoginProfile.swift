import Domain
import Services
import Wire

/// Gives a user a password.
struct CreateLoginProfile: IAMAction {
    static let permissions = [Permission<Self>("iam:CreateLoginProfile") { [try await $1.iamUser($0.userName)] }]

    private let userName: String?
    private let password: String
    private let isResetRequired: Bool

    init(from query: QueryReader) throws(RequestError) {
        userName = try query.optionalText("UserName", .userName)
        password = try query.text("Password", .password)
        isResetRequired = try query["PasswordResetRequired"] ?? false
    }

    func run(in call: Call) async throws -> LoginProfileAnswer {
        LoginProfileAnswer(
            profile: try await LoginProfiles(call).create(for: userName, password: password, isResetRequired: isResetRequired)
        )
    }
}

/// Tells whether a user has a password.
struct GetLoginProfile: IAMAction {
    static let permissions = [Permission<Self>("iam:GetLoginProfile") { [try await $1.iamUser($0.userName)] }]

    private let userName: String?

    init(from query: QueryReader) throws(RequestError) { userName = try query.optionalText("UserName", .userName) }

    func run(in call: Call) async throws -> LoginProfileAnswer {
        LoginProfileAnswer(profile: try await LoginProfiles(call).describe(userName))
    }
}

/// Gives a user another password, or says whether it must be changed at the next sign-in.
struct UpdateLoginProfile: IAMAction {
    static let permissions = [Permission<Self>("iam:UpdateLoginProfile") { [try await $1.iam(.user, $0.userName)] }]

    private let userName: String
    private let password: String?
    private let isResetRequired: Bool?

    init(from query: QueryReader) throws(RequestError) {
        userName = try query.text("UserName", .userName)
        password = try query.optionalText("Password", .password)
        isResetRequired = try query["PasswordResetRequired"]
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await LoginProfiles(call).update(userName, password: password, isResetRequired: isResetRequired)
        return XMLEmpty()
    }
}

/// Takes a user's password away. Its access keys stay.
struct DeleteLoginProfile: IAMAction {
    static let permissions = [Permission<Self>("iam:DeleteLoginProfile") { [try await $1.iamUser($0.userName)] }]

    private let userName: String?

    init(from query: QueryReader) throws(RequestError) { userName = try query.optionalText("UserName", .userName) }

    func run(in call: Call) async throws -> XMLEmpty {
        try await LoginProfiles(call).delete(userName)
        return XMLEmpty()
    }
}
