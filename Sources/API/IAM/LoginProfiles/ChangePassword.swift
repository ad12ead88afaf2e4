import Domain
import Services
import Wire

/// Changes the caller's own password.
struct ChangePassword: IAMAction {
    static let permissions = [Permission<Self>("iam:ChangePassword") { [try await $1.iamUser(nil)] }]

    private let old: String
    private let new: String

    init(from query: QueryReader) throws(RequestError) {
        old = try query.text("OldPassword", .password)
        new = try query.text("NewPassword", .password)
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await LoginProfiles(call).change(from: old, to: new)
        return XMLEmpty()
    }
}
